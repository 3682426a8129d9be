import * as l10n from "@vscode/l10n";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { useSession } from "../pageSession.js";
import { useWidth } from "../width.js";

interface BreadcrumbsProps {
  readonly model: ModelSnapshot;
  readonly path: string;
  /** A node of the picture inside of the module at `path`; null: the module itself. */
  readonly last: string | null;
}

/** Places at the end of a path that are shown however little room there is. */
const nearest = 2;

/** The way from the model to what is shown, in one line: what has no room is left out of its middle. */
export function Breadcrumbs({ model, path, last }: BreadcrumbsProps) {
  const { dispatch } = useSession();
  const list = useRef<HTMLOListElement>(null);
  const width = useWidth(list);
  const [shortened, setShortened] = useState(false);
  const line = indexOf(model).ancestry(path);
  const go = (to: string) => dispatch({ kind: "choose", selected: { kind: "module", path: to }, reveal: true });
  const places = [
    ...line.map((module, at) => ({ key: module.path, name: module.name, type: module.type, path: at < line.length - 1 || last !== null ? module.path : null })),
    ...(last === null ? [] : [{ key: "\n", name: last, type: "", path: null }]),
  ];
  const left = shortened ? places.slice(1, -nearest) : [];

  // The whole path is measured before anything is painted: the shortened one would not say whether there is room again.
  useLayoutEffect(() => setShortened(false), [model, path, last, width]);
  useLayoutEffect(() => {
    if (!shortened && list.current!.scrollWidth > list.current!.clientWidth) setShortened(true);
  });

  return (
    <nav class="breadcrumbs" aria-label={l10n.t("Path")}>
      <ol ref={list} class={shortened ? "shortened" : ""}>
        {places.map((place, at) => {
          if (left.includes(place) && at > 1) return null;
          if (left.includes(place)) {
            return (
              <li key="…" class="gap">
                <Link title={left.map(({ name }) => name).join(" › ")} onClick={() => go(left.at(-1)!.path!)}>
                  …
                </Link>
              </li>
            );
          }
          return (
            <li key={place.key}>
              {place.path === null ? (
                <span aria-current="true" title={place.name}>
                  {place.name}
                </span>
              ) : (
                <Link title={place.type} onClick={() => go(place.path!)}>
                  {place.name}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
