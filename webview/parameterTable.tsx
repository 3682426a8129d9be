import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { Icon, Link } from "./controls.js";
import { elementsText, parametersText } from "../src/describe/counts.js";
import { formatCount } from "../src/describe/format.js";
import { Sparkline } from "./inspector/histogram.js";
import { type Column, measuredColumns, type ParameterRow } from "../src/describe/parameterRows.js";
import { useSession } from "./pageSession.js";
import type { Page } from "./state.js";
import { shownRows } from "./shownRows.js";

const rowHeight = 24;
/** Rows beyond the visible ones that exist, so that scrolling shows no gap. */
const overscan = 8;

/** Every parameter and buffer of the model; only the visible rows exist as elements. */
export function ParameterTable({ model }: { readonly model: ModelSnapshot }) {
  const { page, dispatch } = useSession();
  const rows = useMemo(() => shownRows(page, model), [page.query, page.order, model, page.host]);
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0, width: 0, character: 8 });
  const [active, setActive] = useState(0);
  const at = Math.min(active, rows.length - 1);

  useLayoutEffect(() => {
    const element = scroller.current!;
    const character = widthOfCharacter(element);
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth, character });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  useEffect(() => {
    scroller.current!.scrollTop = 0;
    setActive(0);
  }, [page.query, page.order, model.name]);

  const measured = useMemo(() => measuredColumns(rows, view.width, view.character), [rows, view.width, view.character]);
  const template = measured.map(({ width }, place) => (place === 0 ? `minmax(${width}px, 1fr)` : `${width}px`)).join(" ");
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);

  const go = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[next];
    if (!row) return;
    setActive(next);
    dispatch({ kind: "choose", selected: { kind: "module", path: row.path, tensor: row.own }, reveal: true });
    const element = scroller.current!;
    const visible = element.clientHeight - rowHeight;
    if (next * rowHeight < element.scrollTop) element.scrollTop = next * rowHeight;
    else if ((next + 1) * rowHeight > element.scrollTop + visible) element.scrollTop = (next + 1) * rowHeight - visible;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1, " ": at, Enter: at }[event.key];
    if (to === undefined || event.target !== scroller.current) return;
    go(to);
    event.preventDefault();
  };

  const elements = rows.reduce((sum, { tensor }) => sum + tensor.count, 0);
  const buffers = rows.reduce((sum, { tensor }) => sum + (tensor.kind === "buffer" ? tensor.count : 0), 0);
  return (
    <section class="parameter-table" aria-label={l10n.t("Parameters of {0}", model.name)}>
      <div
        ref={scroller}
        class="table-scroller"
        role="grid"
        tabIndex={0}
        aria-label={l10n.t("Parameters of {0}", model.name)}
        aria-rowcount={rows.length + 1}
        aria-colcount={measured.length}
        aria-activedescendant={at >= first && at < last ? rowId(at) : undefined}
        onKeyDown={onKeyDown}
      >
        <div class="table-wide">
          <div class="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {measured.map(({ column }) => (
              <HeadCell key={column.id} column={column} />
            ))}
          </div>
          <div class="table-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
            {rows.slice(first, last).map((row, offset) => {
              const place = first + offset;
              const selected = isSelected(page, row);
              return (
                <div
                  key={row.tensor.id}
                  id={rowId(place)}
                  class={selected ? "table-row active" : "table-row"}
                  role="row"
                  aria-rowindex={place + 2}
                  aria-selected={selected}
                  style={{ gridTemplateColumns: template, transform: `translateY(${place * rowHeight}px)` }}
                  onClick={() => go(place)}
                >
                  {measured.map(({ column }) => (
                    <Cell key={column.id} column={column} row={row} />
                  ))}
                </div>
              );
            })}
          </div>
        </div>
        {rows.length === 0 && (
          <p class="table-empty">
            {l10n.t("No parameter matches.")} <Link onClick={() => dispatch({ kind: "search", query: "" })}>{l10n.t("Clear the Search")}</Link>
          </p>
        )}
      </div>
      <footer class="table-foot">
        {rows.length === 1
          ? l10n.t("1 tensor, {0}", elementsText(elements))
          : buffers === 0
            ? l10n.t("{0} tensors, {1}, each counted once", formatCount(rows.length), elementsText(elements))
            : l10n.t(
                "{0} tensors: {1}, and {2} in buffers, each counted once",
                formatCount(rows.length),
                parametersText(elements - buffers),
                elementsText(buffers),
              )}
      </footer>
    </section>
  );
}

/** Whether the row is what was picked; of a module that was selected elsewhere, every row is. */
function isSelected({ selected }: Page, { path, own }: ParameterRow): boolean {
  return selected?.path === path && (selected.kind !== "module" || selected.tensor === undefined || selected.tensor === own);
}

/** Digits and the signs between them, on average. */
function widthOfCharacter(element: HTMLElement): number {
  const context = document.createElement("canvas").getContext("2d")!;
  const { fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontSize} ${fontFamily}`;
  return context.measureText("1024×768").width / 8;
}

function rowId(place: number): string {
  return `parameter-row-${place}`;
}

function HeadCell({ column }: { readonly column: Column }) {
  const { page, dispatch } = useSession();
  const order = page.order?.column === column.id ? page.order : null;
  const sort = order ? (order.descending ? "descending" : "ascending") : "none";
  // Once for the natural order of the column, again for the other, a third time for declaration order.
  const turn = () => {
    const next = !order
      ? { column: column.id, descending: column.numeric }
      : order.descending === column.numeric
        ? { column: column.id, descending: !column.numeric }
        : null;
    dispatch({ kind: "order", order: next });
  };
  return (
    <div class={column.numeric ? "head-cell numeric" : "head-cell"} role="columnheader" aria-sort={sort}>
      <button type="button" title={l10n.t("Sort by {0}", column.title())} onClick={turn}>
        {column.title()}
        {order && <Icon name={order.descending ? "arrow-down" : "arrow-up"} />}
      </button>
    </div>
  );
}

function Cell({ column, row }: { readonly column: Column; readonly row: ParameterRow }) {
  const { tensor } = row;
  if (column.id === "distribution") {
    return (
      <div class="cell" role="gridcell">
        {tensor.statistics && <Sparkline statistics={tensor.statistics} />}
      </div>
    );
  }
  const text = column.text(row);
  const alarming = column.id === "nonFinite" && Number(column.value(row)) > 0;
  return (
    <div class={`cell${column.numeric ? " numeric" : ""}${alarming ? " alarming" : ""}`} role="gridcell" title={text}>
      {column.id === "name" && tensor.names.length > 1 && <Icon name="link" />}
      {text}
      {column.id === "name" && tensor.kind === "buffer" && <span class="muted"> {l10n.t("buffer")}</span>}
    </div>
  );
}
