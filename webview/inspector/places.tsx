import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { formatCount } from "../../src/describe/format.js";
import { Icon, IconButton, Link } from "../controls.js";
import { useSession } from "../pageSession.js";

export interface Place {
  /** Path of the module to go to. */
  readonly path: string;
  readonly text: string;
}

interface PlacesProps {
  /** What the list says of the other places. */
  readonly title: string;
  /** Every place in declaration order, the shown one among them. */
  readonly places: readonly Place[];
  /** Index of the shown one. */
  readonly here: number;
}

/** Other places than the shown one that are named at once. */
const named = 4;

/** The other places that share what is shown: a few by name, many as a range to step through. */
export function Places({ title, places, here }: PlacesProps) {
  const { dispatch } = useSession();
  const [all, setAll] = useState(false);
  const others = places.filter((_, at) => at !== here);
  const go = (place: Place) => dispatch({ kind: "choose", selected: { kind: "module", path: place.path }, reveal: true });
  const link = (place: Place) => <Link onClick={() => go(place)}>{place.text}</Link>;
  if (others.length === 0) return null;
  const many = others.length > named;
  return (
    <div class="partners">
      <p>
        <Icon name="link" /> {title}{" "}
        {many ? (
          <>
            {l10n.t("{0} other places:", formatCount(others.length))} {link(others[0]!)} … {link(others.at(-1)!)}
          </>
        ) : (
          <PlaceList places={others} link={link} />
        )}
      </p>
      {many && (
        <div class="places-steps" role="group" aria-label={l10n.t("Shared places")}>
          <IconButton icon="chevron-left" label={l10n.t("Previous Place")} disabled={here === 0} onClick={() => go(places[here - 1]!)} />
          <span>{l10n.t("{0} of {1}", formatCount(here + 1), formatCount(places.length))}</span>
          <IconButton icon="chevron-right" label={l10n.t("Next Place")} disabled={here === places.length - 1} onClick={() => go(places[here + 1]!)} />
          <Link onClick={() => setAll(!all)}>{all ? l10n.t("Show Fewer") : l10n.t("Show all {0}", formatCount(others.length))}</Link>
        </div>
      )}
      {many && all && (
        <p class="places-all">
          <PlaceList places={others} link={link} />
        </p>
      )}
    </div>
  );
}

function PlaceList({ places, link }: { readonly places: readonly Place[]; readonly link: (place: Place) => ComponentChildren }) {
  return (
    <>
      {places.map((place, at) => (
        <span key={at}>
          {at > 0 && ", "}
          {link(place)}
        </span>
      ))}
    </>
  );
}
