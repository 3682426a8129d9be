// A rule of the linter: what is known of an operation is said by its step, and nobody asks its name.

/** @type {import("eslint").Rule.RuleModule} */
const noComparison = {
  meta: {
    type: "problem",
    messages: {
      compared:
        "The name of an operation is printed, and not compared: ask its step (`effect`, `view`, `parts`, `arguments`), or say what is to be known in its row, in src/engine.",
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    /** @param {import("estree").Node} node */
    const isName = (node) => services.getTypeAtLocation(node).aliasSymbol?.name === "ShownName";
    /** @param {import("estree").Node} node */
    const check = (node) => {
      if (isName(node)) context.report({ node, messageId: "compared" });
    };
    return {
      "BinaryExpression[operator=/^(===|!==|==|!=|in)$/]": (node) => [node.left, node.right].filter(isName).slice(0, 1).forEach(check),
      SwitchStatement: (node) => check(node.discriminant),
      "MemberExpression[computed=true]": (node) => check(node.property),
      "CallExpression[callee.property.name=/^(includes|indexOf|has|get|startsWith|endsWith|test|match)$/]"(node) {
        [...node.arguments, node.callee.object].forEach(check);
      },
    };
  },
};

/** @type {import("eslint").ESLint.Plugin} */
export const names = { rules: { "no-comparison": noComparison } };
