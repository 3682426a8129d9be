import * as l10n from "@vscode/l10n";
import { type ComponentChildren, type FunctionComponent, h } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A part of the page whose code comes later. */
export type Later<Props> = FunctionComponent<Props> & {
  /** Loads it ahead of its being shown: then it is there at once. */
  readonly load: () => void;
  /** Whether it can be shown at once, for who would rather wait; where it is wanted it is loaded. */
  readonly useIsThere: (wanted: boolean) => boolean;
};

/**
 * A part of the page whose code is loaded when it is first shown, or ahead of that when there is nothing else to do, so that nothing waits for it before. `meanwhile`
 * stands in its place until then.
 */
export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>, meanwhile: ComponentChildren = null): Later<Props> {
  let part: FunctionComponent<Props> | null = null;
  const loaded = async (): Promise<void> => {
    part ??= await load();
  };
  // One that cannot be loaded says so in its place.
  const useIsThere = (wanted: boolean): boolean => {
    const [isSettled, setSettled] = useState(false);
    useEffect(() => {
      if (wanted && !part)
        void loaded()
          .catch(() => undefined)
          .then(() => setSettled(true));
    }, [wanted]);
    return part !== null || isSettled;
  };
  function LaterPart(props: Props) {
    const [, setLoaded] = useState(part !== null);
    const [problem, setProblem] = useState<string | null>(null);
    useEffect(() => {
      if (part) return;
      loaded().then(
        () => setLoaded(true),
        (error: Error) => setProblem(error.message),
      );
    }, []);
    if (part) return h(part, props);
    return problem === null ? <>{meanwhile}</> : <p class="muted">{l10n.t("This part of the page could not be loaded: {0}", problem)}</p>;
  }
  // Where it fails, that is told when it is to be shown.
  return Object.assign(LaterPart, { load: () => void loaded().catch(() => undefined), useIsThere });
}
