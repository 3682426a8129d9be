import "./facts.css";
import type { ComponentChildren } from "preact";

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
  /** Not as it should be. */
  readonly alarming?: boolean;
}

/** Names and values in two columns, or more where there is room. */
export function Facts({ facts }: { readonly facts: readonly (Fact | false | null)[] }) {
  return (
    <dl class="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.name} class={fact.alarming ? "fact alarming" : "fact"}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export function Section({ title, note, children }: { readonly title: string; readonly note?: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <section class="section">
      <h2>
        {title}
        {note && <span class="section-note">{note}</span>}
      </h2>
      {children}
    </section>
  );
}
