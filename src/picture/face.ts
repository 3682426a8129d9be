import type { FindingSeverity, Histogram } from "../protocol/index.js";
import { formatCompact } from "../describe/format.js";
import { isSymbol } from "./model/labels.js";
import { nodeTitle, turnText, type DisplayFailure, type DisplayNode } from "./model/displayGraph.js";
import { fill, type PictureWords, parametersText } from "./words.js";
import { fit, fitName, wrap, type FontName, type MeasureText } from "./text.js";

/** Colour roles; the theme gives each its colour. "kind" is the colour of the box's family of layers. */
export type Tone = "foreground" | "muted" | "kind" | "error" | "shared";

export interface FaceText {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly text: string;
  readonly font: FontName;
  readonly tone: Tone;
  readonly anchor: "start" | "middle" | "end";
  /** Whether it gives way to an overlay's value. */
  readonly isNote?: true;
  /** Whether a line goes through it: what it names is there no more. */
  readonly isStruck?: true;
}

/** Where a value of an overlay stands, in place of what else is there: where it ends, and how much room there is before that. */
export interface FaceNote {
  readonly x: number;
  readonly y: number;
  readonly room: number;
}

export interface FaceBadge {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  readonly kind: BadgeKind;
  /** Whether a click shows one by one what it counts. */
  readonly unfolds: boolean;
}

/** "shared": other places have the same weights. "calls": the module is called more than once, and has none. */
/** Where the sheets lie that stand for the others of a folded row, the farthest first: to the right and down from the box. */
export const sheetOffsets = [7, 3.5] as const;

export type BadgeKind = "repeated" | "shared" | "calls" | FindingSeverity;

export interface FaceGlyph {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly distribution: Histogram | "constant";
}

/** What is written on a box, in its own coordinates: layout asks for the size, drawing for the rest. */
export interface Face {
  readonly shape: "box" | "container" | "pill" | "circle";
  readonly width: number;
  readonly height: number;
  readonly texts: readonly FaceText[];
  readonly badges: readonly FaceBadge[];
  /** Null on what no overlay has a value for. */
  readonly note: FaceNote | null;
  readonly glyph: FaceGlyph | null;
  /** Centre of the sign that opens and closes; null where there is nothing to open. */
  readonly toggle: { readonly x: number; readonly y: number } | null;
}

export const titleHeight = 28;
export const badgeHeight = 16;

const narrowest = 116;
const widest = 300;
const left = 15;
const right = 10;
const gap = 6;
const toggleWidth = 15;
/** Of what is there no more: it must not push aside what is. */
const removedWidest = 160;
const glyphSize = { width: 38, height: 12 };
const rowHeight = 16;

export interface FaceContext {
  readonly measure: MeasureText;
  readonly words: PictureWords;
}

/** The face of a closed box or small node, at the size that it asks for. */
export function closedFace(node: DisplayNode, context: FaceContext): Face {
  switch (node.kind) {
    case "module":
      return moduleFace(node, context);
    case "operation":
      return node.failure ? failedOperationFace(node, context) : operationFace(node, context);
    case "removed":
      return removedFace(node, context);
    default:
      return pillFace(node, context);
  }
}

/** A face at least so high, with what is written on it in the middle. */
export function atLeastAsHigh(face: Face, height: number): Face {
  const shift = (height - face.height) / 2;
  if (shift <= 0 || face.shape === "circle") return face;
  const lower = <Place extends { readonly y: number }>(place: Place): Place => ({ ...place, y: place.y + shift });
  return {
    ...face,
    height,
    texts: face.texts.map(lower),
    badges: face.badges.map(lower),
    note: face.note && lower(face.note),
    glyph: face.glyph && lower(face.glyph),
    toggle: face.toggle && lower(face.toggle),
  };
}

/** The title bar of an open box that is `width` wide. */
export function titleFace(node: DisplayNode, width: number, context: FaceContext): Face {
  const { texts, badges, note } = headline(node, width, context, countText(node, context));
  return { shape: "container", width, height: titleHeight, texts, badges, note, glyph: null, toggle: toggleOf(node) };
}

/** How wide an open box must be for its title. */
export function titleWidth(node: DisplayNode, context: FaceContext): number {
  return Math.min(widest + 24, headlineWidth(node, context, countText(node, context)));
}

function countText({ parameters, isFrozen }: DisplayNode, { words }: FaceContext): string {
  return parameters > 0 ? parametersText(parameters, isFrozen, formatCompact, words) : "";
}

type Badge = Pick<FaceBadge, "kind" | "text" | "unfolds">;

function badgesOf(node: DisplayNode, { words }: FaceContext): Badge[] {
  const badges: Badge[] = [];
  const { marks, row, sharing, turn } = node;
  for (const { severity, mark } of marks) badges.push({ kind: severity, text: mark, unfolds: false });
  if (row.kind === "repeated") badges.push({ kind: "repeated", text: repeatText(node), unfolds: true });
  for (const { name, places } of sharing.slice(0, 2)) badges.push({ kind: "shared", text: `${name} · ${places.length}`, unfolds: false });
  if (turn) {
    badges.push({ kind: turn.modules > 1 ? "repeated" : turn.sharesWeights ? "shared" : "calls", text: turnText(turn, words), unfolds: turn.stands > 1 });
  }
  return badges;
}

/** Sharing has a chain before its text. */
const chainWidth = 11;

function badgeWidth(badge: Badge, measure: MeasureText): number {
  return Math.ceil(measure(badge.text, "small")) + 12 + (badge.kind === "shared" ? chainWidth : 0);
}

function toggleOf(node: DisplayNode): Face["toggle"] {
  return node.expandable ? { x: left + 3, y: 14 } : null;
}

/** In a folded row, the names of its first and last member ("block 0 … 3"; "0, 2 … 10" where others stand between) unless another member is shown. */
function nameText(node: DisplayNode): string {
  const { members, together } = node.row;
  if (node.row.kind === "single" || members[0]!.path !== node.path) return node.name;
  // Names are what is left of paths within the container; what comes before the first number is said once.
  const around = node.path.length - node.name.length;
  const stem = /^\D*/.exec(node.name)![0].length;
  const short = ({ path }: { readonly path: string }) => path.slice(around + stem);
  const second = together.length > 1 ? `, ${short(members[1]!)}` : "";
  return `${node.name}${second} … ${short(members.at(-1)!)}`;
}

/** "× 12" for all, "4 / 12" for one of them. */
function repeatText({ row: { members }, path }: DisplayNode): string {
  return members[0]!.path === path ? `× ${members.length}` : `${members.findIndex((member) => member.path === path) + 1} / ${members.length}`;
}

/** Nothing where the name says it already, as of a model that no variable holds. */
function typeText({ name, type }: DisplayNode): string {
  return name === type ? "" : type;
}

/** Of name and type alone. */
function namesWidth(node: DisplayNode, { measure }: FaceContext): number {
  return Math.ceil(left + right + (node.expandable ? toggleWidth : 0) + measure(nameText(node), "title") + gap + measure(typeText(node), "plain"));
}

/** Of all badges, each with what keeps it off the one before. */
function badgesWidth(node: DisplayNode, context: FaceContext): number {
  return badgesOf(node, context).reduce((width, badge) => width + gap + badgeWidth(badge, context.measure), 0);
}

function headlineWidth(node: DisplayNode, context: FaceContext, note: string): number {
  const { measure } = context;
  let width = namesWidth(node, context) + badgesWidth(node, context);
  if (note) width += 2 * gap + measure(note, "detail");
  return Math.ceil(width);
}

/** Sign, name, type; at the right the badges that stand beside them, and a note before those. */
function headline(
  node: DisplayNode,
  width: number,
  context: FaceContext,
  note: string,
  beside: readonly Badge[] = badgesOf(node, context),
): { texts: FaceText[]; badges: FaceBadge[]; note: FaceNote } {
  const { measure } = context;
  const texts: FaceText[] = [];
  const badges: FaceBadge[] = [];
  let end = width - right;
  for (const badge of beside.toReversed()) {
    const own = badgeWidth(badge, measure);
    if (end - own < width / 3) break;
    end -= own;
    badges.unshift({ ...badge, x: end, y: 5, width: own });
    end -= gap;
  }
  let x = left + (node.expandable ? toggleWidth : 0);
  const needed = measure(nameText(node), "title") + gap + measure(typeText(node), "plain");
  const place = { x: end, y: 18, room: end - x - needed - 2 * gap };
  if (note && x + needed + 2 * gap + measure(note, "detail") <= end) {
    texts.push({ x: end, y: 18, text: note, font: "detail", tone: "muted", anchor: "end", isNote: true });
    end -= measure(note, "detail") + 2 * gap;
  }
  const name = fitName(nameText(node), end - x, "title", measure);
  texts.push({ x, y: 18, text: name, font: "title", tone: "foreground", anchor: "start" });
  x += measure(name, "title") + gap;
  const type = fitName(typeText(node), end - x, "plain", measure);
  if (type) texts.push({ x, y: 18, text: type, font: "plain", tone: "kind", anchor: "start" });
  return { texts, badges, note: place };
}

/** Badges in a line of their own that begins at `y`: as many as fit. */
function badgesBeneath(node: DisplayNode, width: number, context: FaceContext, y: number): FaceBadge[] {
  let x = left;
  return badgesOf(node, context).flatMap((badge): FaceBadge[] => {
    const own = badgeWidth(badge, context.measure);
    if (x + own > width - right) return [];
    const placed = { ...badge, x, y, width: own };
    x += own + gap;
    return [placed];
  });
}

function moduleFace(node: DisplayNode, context: FaceContext): Face {
  const { measure, words } = context;
  const remark = remarkOf(node, words);
  const output = remark || node.outputShape;
  const counted = countText(node, context);
  // Where nothing is counted, as in an activation, the arguments take that place and save a line.
  const footNote = counted || (node.glyph || !output ? "" : node.detail);
  const detail = footNote === node.detail ? "" : node.detail;
  const footWidth = measure(output, "detail") + (footNote ? measure(footNote, "detail") + 3 * gap : 0);
  const glyphWidth = node.glyph ? glyphSize.width + gap : 0;
  const middleWidth = detail || node.glyph ? measure(detail, "detail") + glyphWidth : 0;
  // Where names are long, badges have a line of their own rather than cut them.
  const isCrowded = headlineWidth(node, context, "") > widest && badgesWidth(node, context) > 0;
  const headWidth = isCrowded ? Math.max(namesWidth(node, context), left + right + badgesWidth(node, context) - gap) : headlineWidth(node, context, "");
  const wanted = Math.max(headWidth, left + right + footWidth, left + right + middleWidth, node.failure ? widest : 0);
  const width = Math.ceil(Math.min(widest, Math.max(narrowest, wanted)));

  const { texts, badges } = headline(node, width, context, "", isCrowded ? [] : undefined);
  let baseline = 18;
  if (isCrowded) {
    badges.push(...badgesBeneath(node, width, context, baseline + 6));
    baseline += rowHeight + 4;
  }
  let glyph: FaceGlyph | null = null;
  if (detail || node.glyph) {
    baseline += rowHeight;
    const shown = fit(detail, width - left - right - glyphWidth, "detail", measure);
    if (shown) texts.push({ x: left, y: baseline, text: shown, font: "detail", tone: "muted", anchor: "start" });
    if (node.glyph) glyph = { ...glyphSize, x: width - right - glyphSize.width, y: baseline - glyphSize.height + 2, distribution: node.glyph };
  }
  let note: FaceNote | null = null;
  if (output || footNote) {
    baseline += rowHeight + 1;
    const room = width - left - right;
    const shape = fit(output, counted ? room - measure(counted, "detail") - 2 * gap : room, "detail", measure);
    if (shape) texts.push({ x: left, y: baseline, text: shape, font: "detail", tone: remark ? "muted" : "foreground", anchor: "start" });
    note = { x: width - right, y: baseline, room: room - (shape ? measure(shape, "detail") + 2 * gap : 0) };
    const text = fit(footNote, note.room, "detail", measure);
    if (text) texts.push({ x: width - right, y: baseline, text, font: "detail", tone: "muted", anchor: "end", isNote: true });
  }
  baseline = addFailure(node, texts, baseline, width, context);
  return { shape: "box", width, height: baseline + 10, texts, badges, note, glyph, toggle: toggleOf(node) };
}

/** What stands in place of a shape. */
function remarkOf({ status, isChanged }: DisplayNode, words: PictureWords): string {
  if (status === "used") return words.usedUncalled;
  if (status === "ranElsewhere") return words.calledElsewhere;
  return isChanged ? words.changedSince : "";
}

/** More operands than this are not told one by one. */
const mostOperands = 6;

/** The operands of what failed: two of what has a sign between them, else all; each with what stands before its shape, and where it comes from. */
function operandsOf({ shapes, sources, sign }: DisplayFailure, words: PictureWords): { readonly text: string; readonly source: string }[] {
  const isTransposed = sign.endsWith("ᵀ");
  const between = isTransposed ? sign.slice(0, -1) : sign;
  const operands = shapes.slice(0, between === "," ? mostOperands : 2).map((shape, at) => {
    const source = sources[at]!;
    const text = at === 0 || between === "," ? shape : `${between}  ${isTransposed ? `(${shape})ᵀ` : shape}`;
    return { text, source: source.kind === "named" ? source.name : words[source.kind] };
  });
  const rest = shapes.length - operands.length;
  return between === "," && rest > 0 ? [...operands, { text: fill(words.moreOperands, rest), source: "" }] : operands;
}

/** Shapes that do not fit together and the message, below everything else. Returns the last baseline. */
function addFailure(node: DisplayNode, texts: FaceText[], baseline: number, width: number, { measure, words }: FaceContext): number {
  if (!node.failure) return baseline;
  const room = width - left - right;
  let y = baseline + 4;
  for (const { text, source } of operandsOf(node.failure, words)) {
    const shape = fit(text, room, "title", measure);
    texts.push({ x: left, y: (y += rowHeight), text: shape, font: "title", tone: "error", anchor: "start" });
    const taken = measure(shape, "title") + gap;
    const name = fitName(source, room - taken, "detail", measure);
    if (name) texts.push({ x: left + taken, y, text: name, font: "detail", tone: "muted", anchor: "start" });
  }
  for (const line of wrap(node.failure.message, room, "detail", 5, measure)) {
    texts.push({ x: left, y: (y += rowHeight - 2), text: line, font: "detail", tone: "error", anchor: "start" });
  }
  return y;
}

function operationFace(node: DisplayNode, { measure, words }: FaceContext): Face {
  const title = nodeTitle(node, words);
  if (node.part) return partFace(title, measure);
  if (isSymbol(title) && !node.detail) {
    return {
      shape: "circle",
      width: 26,
      height: 26,
      texts: [{ x: 13, y: 18, text: title, font: "symbol", tone: "foreground", anchor: "middle" }],
      badges: [],
      note: null,
      glyph: null,
      toggle: null,
    };
  }
  return pill(
    [
      { text: title, font: "plain", tone: "foreground" },
      { text: node.detail, font: "detail", tone: "muted" },
    ],
    measure,
  );
}

/** Small and quiet: nothing is computed here. */
function partFace(title: string, measure: MeasureText): Face {
  const text = fit(title, widest / 2, "small", measure);
  const width = Math.ceil(measure(text, "small")) + 14;
  const texts: FaceText[] = [{ x: width / 2, y: 12, text, font: "small", tone: "muted", anchor: "middle" }];
  return { shape: "pill", width, height: 17, texts, badges: [], note: null, glyph: null, toggle: null };
}

function failedOperationFace(node: DisplayNode, context: FaceContext): Face {
  const width = widest;
  const texts: FaceText[] = [{ x: left, y: 18, text: node.name, font: "title", tone: "foreground", anchor: "start" }];
  const baseline = addFailure(node, texts, 18, width, context);
  return { shape: "box", width, height: baseline + 10, texts, badges: [], note: null, glyph: null, toggle: null };
}

function pillFace(node: DisplayNode, { measure, words }: FaceContext): Face {
  const shape = [node.outputShape, node.detail].filter(Boolean).join(" ");
  const parts: { text: string; font: FontName; tone: Tone }[] = [
    { text: nodeTitle(node, words), font: "plain", tone: node.kind === "constant" ? "muted" : "foreground" },
    { text: shape, font: "detail", tone: "muted" },
  ];
  for (const { mark } of node.marks) parts.push({ text: mark, font: "detail", tone: "error" });
  return pill(parts, measure);
}

function removedFace(node: DisplayNode, { measure, words }: FaceContext): Face {
  const room = removedWidest - 22 - gap - measure(words.removed, "detail");
  const name = fitName(node.name, room, "plain", measure);
  // The tooltip has it where there is no room.
  const type = measure(name, "plain") + gap + measure(node.type, "detail") <= room ? node.type : "";
  return pill(
    [
      { text: name, font: "plain", tone: "muted", isStruck: true },
      { text: words.removed, font: "detail", tone: "error" },
      { text: type, font: "detail", tone: "muted" },
    ],
    measure,
  );
}

function pill(parts: readonly Pick<FaceText, "text" | "font" | "tone" | "isStruck">[], measure: MeasureText): Face {
  const texts: FaceText[] = [];
  let x = 11;
  for (const { text, font, tone, isStruck } of parts) {
    const shown = fit(text, widest - 11 - x, font, measure);
    if (!shown) continue;
    texts.push({ x, y: 16, text: shown, font, tone, anchor: "start", ...(isStruck && { isStruck }) });
    x += measure(shown, font) + gap;
  }
  return { shape: "pill", width: Math.ceil(x - gap + 11), height: 24, texts, badges: [], note: null, glyph: null, toggle: null };
}
