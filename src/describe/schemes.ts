import * as l10n from "@vscode/l10n";

/** What a function of nn.init does, in plain words; "" of one that is not among those that a reinitialization offers. */
export function schemeText(name: string): string {
  switch (name) {
    case "xavierUniform_":
    case "xavierNormal_":
      return l10n.t("Keeps the size of the signal from layer to layer, forward and backward: for tanh and sigmoid.");
    case "kaimingUniform_":
    case "kaimingNormal_":
      return l10n.t("Keeps the size of the signal where ReLU takes half of it away.");
    case "normal_":
      return l10n.t("Bell-shaped around the mean.");
    case "uniform_":
      return l10n.t("Every value between a and b alike.");
    case "truncNormal_":
      return l10n.t("Bell-shaped, without values outside of a and b.");
    case "constant_":
      return l10n.t("One value everywhere: the neurons of a layer then stay alike.");
    case "zeros_":
      return l10n.t("0 everywhere: usual for biases; weights that are all 0 learn alike.");
    case "ones_":
      return l10n.t("1 everywhere.");
    case "orthogonal_":
      return l10n.t("Rows or columns at right angles: the length of a vector stays as it is.");
    case "sparse_":
      return l10n.t("Most values 0, the others bell-shaped.");
    case "eye_":
      return l10n.t("The identity: what goes in comes out.");
    case "dirac_":
      return l10n.t("The identity for convolutions: what goes in comes out.");
    default:
      return "";
  }
}
