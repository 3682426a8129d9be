import * as l10n from "@vscode/l10n";

/** What a function of nn.init does, in plain words; "" of one that is not among those that a reinitialization offers. */
export function schemeText(name: string): string {
  switch (name) {
    case "xavierUniform_":
    case "xavierNormal_":
      return l10n.t(
        "Between what keeps the size of the signal forward and what keeps that of the gradient backward: for tanh, with its gain, and for no nonlinearity.",
      );
    case "kaimingUniform_":
    case "kaimingNormal_":
      return l10n.t("Keeps the size of the signal forward, or with fan_out of the gradient backward, where ReLU takes half of it away.");
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
      return l10n.t(
        "Rows or columns at right angles and of length gain: with gain 1 the length of a vector stays as it is where a layer gives out no less than it takes.",
      );
    case "sparse_":
      return l10n.t("In each column a share of the values 0, the others bell-shaped.");
    case "eye_":
      return l10n.t("The identity: what goes in comes out, as far as there is room for it.");
    case "dirac_":
      return l10n.t("The identity for convolutions: each channel comes out as it is, as far as there is room for it.");
    default:
      return "";
  }
}
