import * as l10n from "@vscode/l10n";

/** What the last two dimensions of a layer's own tensor mean; numbers where that is not known. A vector has one. */
export function axisNames(type: string | undefined, name: string, shape: readonly number[]): readonly string[] {
  const known = type === undefined || name !== "weight" ? undefined : names(type, shape.length);
  return known ?? shape.map((_, dimension) => l10n.t("dim {0}", dimension)).slice(-2);
}

function names(type: string, rank: number): readonly string[] | undefined {
  switch (`${type} ${rank}`) {
    case "Linear 2":
      return [l10n.t("out"), l10n.t("in")];
    case "Embedding 2":
      return [l10n.t("index"), l10n.t("feature")];
    case "Conv1d 3":
      return [l10n.t("in"), l10n.t("kernel")];
    case "Conv2d 4":
      return [l10n.t("height"), l10n.t("width")];
    default:
      return undefined;
  }
}
