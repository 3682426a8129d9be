import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { Link } from "./controls.js";
import { Overview } from "./overview.js";
import { useSession } from "./pageSession.js";

/** Beside the editors, while a tab in sight shows the same file: what the model answers without a click, and the way to the picture. */
export function InTabScreen({ model, onShow }: { readonly model: ModelSnapshot; readonly onShow: () => void }) {
  const { act } = useSession();
  return (
    <main class="in-tab">
      <h1>{model.name}</h1>
      <Overview model={model} />
      <p class="muted">
        {l10n.t("The picture is in the editor tab.")} <Link onClick={() => act("openInEditor", null)}>{l10n.t("Go to It")}</Link>{" "}
        <Link onClick={onShow}>{l10n.t("Show It Here Too")}</Link>
      </p>
    </main>
  );
}
