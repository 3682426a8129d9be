import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import { initializationSchemes, type ModelSnapshot, type ModuleSnapshot } from "../../src/protocol/index.js";
import { Checkbox, Link } from "../controls.js";
import { useSession } from "../pageSession.js";
import { InspectorForm } from "./inspectorForm.js";
import { HowField, SchemeFields, schemeWords, useReinitialization, WhatField } from "./reinitializationFields.js";
import { ReinitializePreview } from "./reinitializePreview.js";

interface ReinitializeFormProps {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

/** Fills parameters anew, in place: what, how, and from which seed; what would come of it is seen before. */
export function ReinitializeForm({ model, module }: ReinitializeFormProps) {
  const { act, request, tell, announce, can } = useSession();
  const choices = useReinitialization(model, module, { how: initializationSchemes[0]!.function, what: null });
  const [forward, setForward] = useState(true);
  const { reinitialization, problem } = choices;
  const canRunAgain = model.hasForward && model.trace !== null && can("forward");

  const apply = () => {
    if (!reinitialization) return;
    request("reinitialize", { model: model.name, ...reinitialization })
      .then(() => {
        announce(l10n.t("Reinitialized."));
        if (forward && canRunAgain) act("forward", { model: model.name, input: { kind: "recorded" }, seed: null });
      })
      .catch((error: Error) => tell(error.message, "problem"));
  };
  const copy = () => {
    if (!reinitialization) return;
    request("copyAsCode", { model: model.name, ...reinitialization }).then(
      () => tell(l10n.t("Code copied.")),
      (error: Error) => tell(error.message, "problem"),
    );
  };
  const insert = () => {
    if (reinitialization) act("insertAsCode", { model: model.name, ...reinitialization });
  };

  return (
    <InspectorForm
      title={l10n.t("Reinitialize")}
      action={l10n.t("Apply")}
      problem={problem}
      ready={reinitialization !== null}
      onApply={apply}
      links={
        <>
          <Link onClick={copy}>{l10n.t("Copy as Code")}</Link>
          <Link onClick={insert}>{l10n.t("Insert as Code")}</Link>
        </>
      }
      preview={reinitialization && <ReinitializePreview model={model} module={module} reinitialization={reinitialization} />}
    >
      <WhatField of={choices} />
      <HowField of={choices} label={l10n.t("How")} />
      <p class="muted">{schemeWords(choices)}</p>
      <SchemeFields of={choices} />
      {canRunAgain && (
        <Checkbox checked={forward} onChange={setForward}>
          {l10n.t("Run forward after it")}
        </Checkbox>
      )}
    </InspectorForm>
  );
}
