// What the types allow and is still a fault: promises that nobody waits for, values of unknown type, assertions that hide something. The form is Biome's.
import { fileURLToPath } from "node:url";
import { defineConfig, globalIgnores, includeIgnoreFile } from "eslint/config";
import { configs } from "typescript-eslint";
import { names } from "./scripts/lintNames.mjs";

export default defineConfig(
  // What git ignores is made or fetched: an editor that was started keeps the extension below .vscode-test.
  includeIgnoreFile(fileURLToPath(new URL(".gitignore", import.meta.url))),
  // AssemblyScript is another language; the others are made.
  globalIgnores(["docs", "src/engine/kernels/wasm/assembly", "test/**/data"]),
  {
    files: ["**/*.{ts,tsx,mjs}"],
    extends: [configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // The compiler reports them (noUnusedLocals, noUnusedParameters), and takes a leading _ for intent.
      "@typescript-eslint/no-unused-vars": "off",
      // `async` without `await` is also how what a function throws becomes a rejection.
      "@typescript-eslint/require-await": "off",
      // What model code throws is handed on as it is, an Error or not.
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingAny: false, allowThrowingUnknown: true }],
      // These print themselves as PyTorch prints them; in templates too.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        {
          allowNumber: true,
          allowBoolean: true,
          allow: [{ from: "file", name: ["Constraint", "Distribution", "DType", "Module", "PythonFloat", "PythonValue", "Size", "Tensor"] }],
        },
      ],
      // Preact's JSX is extended in its namespace.
      "@typescript-eslint/no-namespace": ["error", { allowDeclarations: true }],
    },
  },
  {
    files: ["src/**", "webview/**"],
    plugins: { names },
    rules: { "names/no-comparison": "error" },
  },
  {
    // Tensors have the operations as methods, and modules are called: classes that an interface of the same name completes.
    files: ["src/engine/**"],
    rules: {
      "@typescript-eslint/no-unsafe-declaration-merging": "off",
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
    },
  },
  {
    // Casts in comments, the only ones that JavaScript has, are not seen by these. The compiler checks scripts by them.
    files: ["**/*.mjs"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    files: ["test/**"],
    rules: {
      // The matchers that stand for a value (expect.stringMatching) are of type any.
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
);
