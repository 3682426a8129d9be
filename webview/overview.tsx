import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { overviewOf } from "../src/describe/overview.js";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { Link } from "./controls.js";
import { indexOf } from "../src/describe/modelIndex.js";
import { useSession } from "./pageSession.js";
import { isBusy } from "./state.js";

/** The model's parameters, how they were initialized, which are shared, and what was done to them here: without a click. */
export function Overview({ model }: { readonly model: ModelSnapshot }) {
  const { page, can, act, dispatch } = useSession();
  const { parameters, instance, initialized, shared, reinitialized } = overviewOf(model);
  const { showSharedLinks } = page.memory.preferences;
  const showShared = () => {
    const first = indexOf(model)
      .parametersWithin("")
      .find(({ id }) => indexOf(model).places(id).length > 1)!;
    dispatch({ kind: "prefer", preferences: { showSharedLinks: true } });
    dispatch({ kind: "openTab", tab: "graph" });
    dispatch({ kind: "choose", selected: { kind: "module", path: indexOf(model).places(first.id)[0]!.path }, reveal: true });
  };
  return (
    <dl class="overview">
      <Line name={model.root.type}>{parameters}</Line>
      {instance !== null && <Line name={l10n.t("instance")}>{instance}</Line>}
      {initialized !== null && <Line name={l10n.t("initialized")}>{initialized}</Line>}
      {shared !== null && (
        <Line name={l10n.t("shared")}>
          {shared} {page.selected === null || !showSharedLinks ? <Link onClick={showShared}>{l10n.t("Show")}</Link> : null}
        </Line>
      )}
      {reinitialized > 0 && (
        <Line name={l10n.t("weights")}>
          {l10n.t("reinitialized here")}{" "}
          {can("undoReinitialize") && model.undoDepth > 0 && (
            <Link disabled={isBusy(page)} onClick={() => act("undoReinitialize", { model: model.name })}>
              {l10n.t("Undo")}
            </Link>
          )}
        </Line>
      )}
    </dl>
  );
}

function Line({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
