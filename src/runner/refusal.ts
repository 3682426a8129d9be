import * as l10n from "@vscode/l10n";
import { isPermission, type Permission } from "../protocol/index.js";

/** The setting that allows what is refused. */
const setting = "layerscope.permissions";

/** What is thrown where model code tries something that it is not allowed to do. It has the code that Node gives refusals of its own. */
export class Refusal extends Error {
  override readonly name = "PermissionError";
  readonly code = "ERR_ACCESS_DENIED";

  /** `what`: the path, the program or the place that it was about. `asked`: whether anybody asked for the run. */
  constructor(
    readonly permission: Permission,
    what: string,
    asked: boolean,
  ) {
    const shown = what.length > longest ? `${what.slice(0, longest)}…` : what;
    super(
      [
        texts[permission](shown, asked),
        asked || permission === "read"
          ? l10n.t('The setting {0} allows it ("{1}"), on the terminal --allow {1}.', setting, permission)
          : l10n.t("It began by itself: run it, and the setting {0} counts.", setting),
      ].join(" "),
    );
  }
}

/** Characters. */
const longest = 300;

const texts: Readonly<Record<Permission, (what: string, asked: boolean) => string>> = {
  read: (what) => l10n.t("The file may read in its workspace and the packages that it uses, and not {0}.", what),
  write: (what, asked) => (asked ? l10n.t("The file may write in its own folder, and not {0}.", what) : l10n.t("The file may not write {0}.", what)),
  programs: (what) => l10n.t("The file may not start programs: {0}.", what),
  network: (what) => l10n.t("The file may not use the network: {0}.", what),
  addons: (what) => l10n.t("The file may not load native add-ons: {0}.", what),
  threads: (what) => l10n.t("The file may not start threads from files: {0}.", what),
};

/** Whether an error is a refusal, also one that another thread threw, which arrives as a copy. */
export function isRefusal(error: Error): boolean {
  const { code, permission } = error as Partial<Refusal>;
  return code === "ERR_ACCESS_DENIED" && isPermission(permission);
}
