import { writeArgument, writeArguments } from "./arguments.js";
import type { ModelSnapshot, Reinitialization } from "../protocol/index.js";
import { initializationSchemes } from "../protocol/index.js";

/** The lines that do in the model file what a reinitialization from the editor does. */
export function reinitializationCode(model: ModelSnapshot, { target, choice, seed }: Reinitialization): string {
  return model.language === "python" ? python(model.name, target, choice, seed) : typescript(model.name, target, choice, seed);
}

type Target = Reinitialization["target"];
type Choice = Reinitialization["choice"];

/** Parameters that a scheme cannot fill stay as they are. */
function leastDimensions(choice: Choice): number {
  return choice.kind === "scheme" ? (initializationSchemes.find((scheme) => scheme.function === choice.function)?.minDimensions ?? 0) : 0;
}

function typescript(model: string, target: Target, choice: Choice, seed: number | null): string {
  const root = target.kind === "module" && target.path !== "" ? `${model}.getSubmodule(${JSON.stringify(target.path)})` : model;
  const condition = target.kind === "type" ? `module.constructor.name === ${JSON.stringify(target.type)}` : null;
  const lines: string[] = seed === null ? [] : [`torch.manualSeed(${seed});`];
  if (choice.kind === "asConstructed") {
    lines.push(
      `for (const module of ${root}.modules()) if (${[...(condition ? [condition] : []), '"resetParameters" in module'].join(" && ")}) module.resetParameters();`,
    );
    return lines.join("\n");
  }
  const given = Object.keys(choice.arguments).length > 0 ? `, { ${writeArguments(choice.arguments, "typescript")} }` : "";
  const least = leastDimensions(choice);
  const fill = `${least > 0 ? `if (parameter.dim() >= ${least}) ` : ""}nn.init.${choice.function}(parameter${given});`;
  lines.push(
    condition
      ? `for (const module of ${root}.modules())\n  if (${condition}) for (const parameter of module.parameters()) ${fill}`
      : `for (const parameter of ${root}.parameters()) ${fill}`,
  );
  return lines.join("\n");
}

function python(model: string, target: Target, choice: Choice, seed: number | null): string {
  const root = target.kind === "module" && target.path !== "" ? `${model}.get_submodule(${JSON.stringify(target.path)})` : model;
  const condition = target.kind === "type" ? `type(module).__name__ == ${JSON.stringify(target.type)}` : null;
  const lines: string[] = seed === null ? [] : [`torch.manual_seed(${seed})`];
  if (choice.kind === "asConstructed") {
    lines.push(
      `for module in ${root}.modules():`,
      `    if ${condition ? `${condition} and ` : ""}hasattr(module, "reset_parameters"):`,
      "        module.reset_parameters()",
    );
    return lines.join("\n");
  }
  const name = choice.function.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const given = Object.entries(choice.arguments).map(([argument, value]) => `, ${writeArgument(argument, value, "python")}`);
  const least = leastDimensions(choice);
  const indent = condition ? "            " : "    ";
  if (condition) lines.push(`for module in ${root}.modules():`, `    if ${condition}:`, "        for parameter in module.parameters():");
  else lines.push(`for parameter in ${root}.parameters():`);
  if (least > 0) lines.push(`${indent}if parameter.dim() >= ${least}:`);
  lines.push(`${indent}${least > 0 ? "    " : ""}nn.init.${name}(parameter${given.join("")})`);
  return lines.join("\n");
}
