import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button, Link } from "../controls.js";
import { useSession } from "../pageSession.js";
import { isBusy } from "../state.js";

export interface InspectorFormProps {
  readonly title: string;
  /** What its button says. */
  readonly action: string;
  /** What is wrong with what was filled in, or came of it; null: nothing. */
  readonly problem: string | null;
  /** Whether it can be applied as it is filled in. */
  readonly ready: boolean;
  readonly onApply: () => void;
  /** What else can be done with it. */
  readonly links?: ComponentChildren;
  /** What comes of it as it is filled in. Beneath the buttons, which it would push out of sight. */
  readonly preview?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A form in the inspector, about the selection: it takes the focus, Enter applies it, Escape leads back to the inspector. It stays open, to try one after the other. */
export function InspectorForm({ title, action, problem, ready, onApply, links, preview, children }: InspectorFormProps) {
  const { page, dispatch } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const heading = useId();
  const busy = isBusy(page);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>(".dropdown, .text-input")?.focus();
    form.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const close = () => {
    form.current?.closest<HTMLElement>(".inspector-body")?.focus();
    dispatch({ kind: "openForm", form: null });
  };
  const apply = () => {
    if (ready && !busy) onApply();
  };
  return (
    <form
      ref={form}
      class="inspector-form"
      aria-labelledby={heading}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.target as HTMLElement).matches(".text-input")) return apply();
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        close();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
      {problem !== null && (
        <p class="inspector-form-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="inspector-form-actions">
        <Button primary disabled={busy || !ready} onClick={apply}>
          {action}
        </Button>
        {links}
        <Link onClick={close}>{l10n.t("Close")}</Link>
      </div>
      {preview}
    </form>
  );
}
