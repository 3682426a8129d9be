import type { ComponentChildren } from "preact";

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
  /** Not as it should be. */
  readonly alarming?: boolean;
}

/** Characters of a name with its value. */
const lengthOf = ({ name, value }: Fact): number => name.length + (typeof value === "string" || typeof value === "number" ? String(value).length : 0);

/** Names and values in as many columns as have room for the longest of them. */
export function Facts({ facts }: { readonly facts: readonly (Fact | false | null)[] }) {
  const longest = Math.max(0, ...facts.map((fact) => (fact ? lengthOf(fact) : 0)));
  return (
    <dl class="facts" style={{ "--longest-fact": `${longest + 2}ch` }}>
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
