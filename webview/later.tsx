import * as l10n from "@vscode/l10n";
import { type ComponentChildren, type FunctionComponent, h } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * A part of the page whose code is loaded when it is first shown, so that nothing waits for it before. `meanwhile` stands in its place until then.
 */
export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>, meanwhile: ComponentChildren = null): FunctionComponent<Props> {
  let part: FunctionComponent<Props> | null = null;
  return function Later(props: Props) {
    const [, setLoaded] = useState(part !== null);
    const [problem, setProblem] = useState<string | null>(null);
    useEffect(() => {
      if (part) return;
      load().then(
        (found) => {
          part = found;
          setLoaded(true);
        },
        (error: Error) => setProblem(error.message),
      );
    }, []);
    if (part) return h(part, props);
    return problem === null ? <>{meanwhile}</> : <p class="muted">{l10n.t("This part of the page could not be loaded: {0}", problem)}</p>;
  };
}
