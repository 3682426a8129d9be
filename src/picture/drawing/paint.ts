import { badgeHeight, sheetOffsets, titleHeight, type Face, type FaceBadge, type FaceGlyph, type Tone } from "../face.js";
import type { Point } from "../geometry.js";
import { ringRadius } from "../layout/stubs.js";
import { labelsOfEdge, type SceneBox, type SceneEdge, type SceneStub } from "../scene.js";
import { estimateText } from "../text.js";
import type { Theme } from "../theme.js";
import { paintKindBar } from "./kindBar.js";
import type { OverlayMark } from "./overlay.js";
import type { Surface } from "./surface.js";

/** How the picture looks at one moment. */
export interface Look {
  readonly theme: Theme;
  /** Screen pixels per unit of the picture. */
  readonly scale: number;
  /** Search matches; a closed box counts when it holds one. Null: no search. */
  readonly matches: ReadonlySet<string> | null;
  /** Everything else is dimmed; null: nothing is. */
  readonly traced: ReadonlySet<string> | null;
  /** Which of the compared modules a box is or holds, counted from 1, by its id. */
  readonly compared: ReadonlyMap<string, readonly number[]>;
  /** Boxes that are, or hold, what is reinitialized after every run. */
  readonly pinned: ReadonlySet<string>;
  /** How a box shows its value under an overlay; undefined where it has none, null without an overlay. */
  readonly overlay: ((path: string) => OverlayMark | undefined) | null;
}

/** Below this scale texts are too small to read and left out; the view then writes names at a constant size. */
export const legibleScale = 0.45;
/** Boxes flatter than this many screen pixels are left out. */
const leastBox = 1.5;

const radius = 6;

/** Draws boxes (parents before what they hold), then edges over them. */
export function paintScene(surface: Surface, boxes: Iterable<SceneBox>, edges: readonly SceneEdge[], look: Look): void {
  for (const box of boxes) paintBox(surface, box, look);
  for (const edge of edges) paintEdge(surface, edge, look);
  surface.opacity(1);
}

function isDimmed(id: string, look: Look): boolean {
  return look.traced !== null && !look.traced.has(id);
}

/** Of a path that is told whole. */
const longestPath = 300;

/** Where a box stands: its path. One through hundreds of modules is cut in the middle, else the paths of deep nesting were most of a picture; its own name stays whole. */
function placeText({ kind, path: own, name }: SceneBox["node"]): string {
  const path = kind === "removed" && own !== "" ? `${own}.${name}` : own;
  if (path.length <= longestPath) return path || name;
  return `${path.slice(0, longestPath / 2)}…${path.slice(-Math.max(longestPath / 2, name.length))}`;
}

function paintBox(surface: Surface, box: SceneBox, look: Look): void {
  const { node, face, x, y, width, height } = box;
  const { theme, scale } = look;
  if (height * scale < leastBox || width * scale < leastBox) return;
  const isFaint = node.status === "notReached" || node.status === "notCalled";
  surface.opacity((isFaint ? 0.5 : 1) * (isDimmed(node.id, look) ? 0.25 : 1));
  const isRemoved = node.kind === "removed";
  surface.beginGroup(`${placeText(node)} ${isRemoved ? node.detail : node.type}`.trim(), node.path);

  const isContainer = face.shape === "container";
  const hasFailed = node.status === "failed" || node.failure !== null;
  const stroke = hasFailed || isRemoved || node.status === "failedInside" ? theme.error : theme.border;
  const lineWidth = Math.max(hasFailed ? 2 : 1, 0.6 / scale);
  const corner = face.shape === "pill" || face.shape === "circle" ? height / 2 : radius;
  const dash = isFaint || isRemoved || node.kind === "constant" ? [4, 3] : undefined;
  const fill = isContainer
    ? theme.containerTint
    : face.shape === "box" || face.shape === "circle" || (node.kind === "operation" && !node.part)
      ? theme.surface
      : theme.background;
  const overlay = isRemoved ? undefined : look.overlay?.(node.path);

  if (node.row.kind === "repeated") {
    for (const offset of sheetOffsets) {
      surface.rectangle(x + offset, y + offset, width, height, corner, {
        fill: isContainer ? theme.background : fill,
        stroke: theme.border,
        lineWidth: Math.max(1, 0.6 / scale),
      });
    }
  }
  if (isContainer && node.row.kind === "repeated") surface.rectangle(x, y, width, height, corner, { fill: theme.background });
  surface.rectangle(x, y, width, height, corner, { fill, stroke, lineWidth, ...(dash && { dash }) });
  if (overlay && node.kind === "module") {
    const filled = width * overlay.share;
    surface.rectangle(x, y, filled, isContainer ? titleHeight : height, Math.min(corner, filled / 2), { fill: overlay.color });
  }
  if (hasFailed) {
    surface.opacity(0.1);
    surface.rectangle(x, y, width, height, corner, { fill: theme.error });
    surface.opacity(1);
  }
  if (look.matches?.has(node.id))
    surface.rectangle(x - 2.5, y - 2.5, width + 5, height + 5, corner + 2, { stroke: theme.match, lineWidth: Math.max(2, 1.5 / scale) });
  if (face.shape === "box" && node.kind === "module") {
    if (scale < legibleScale) surface.rectangle(x + 6, y + 7, Math.min(width / 4, 3 / scale), height - 14, 0, { fill: theme.kinds[node.layerKind] });
    else paintKindBar(surface, x + 6, y + 7, height - 14, node.layerKind, theme);
  }
  paintFace(surface, face, x, y, theme.kinds[node.layerKind], look, (node.kind === "module" && overlay) || null);
  surface.endGroup();
}

/** On a tint of an overlay every text is in the foreground's colour: no other stays legible on all of its strengths. */
function paintFace(surface: Surface, face: Face, x: number, y: number, kindColor: string, { theme, scale }: Look, overlay: OverlayMark | null): void {
  if (scale < legibleScale) return;
  if (face.toggle) paintToggle(surface, x + face.toggle.x, y + face.toggle.y, face.shape === "container", theme.muted);
  for (const { x: textX, y: textY, text, font, tone, anchor, isNote, isStruck } of face.texts) {
    if (overlay && isNote) continue;
    surface.text(x + textX, y + textY, text, font, overlay && tone !== "error" ? theme.foreground : toneColor(tone, kindColor, theme), anchor);
    if (isStruck) {
      const middle = y + textY - 4;
      const points = [x + textX, x + textX + estimateText(text, font)].map((place) => ({ x: place, y: middle }));
      surface.line(points, 0, { stroke: toneColor(tone, kindColor, theme), lineWidth: 1 });
    }
  }
  if (overlay && face.note && estimateText(overlay.text, "detail") <= face.note.room) {
    surface.text(x + face.note.x, y + face.note.y, overlay.text, "detail", theme.foreground, "end");
  }
  for (const badge of face.badges) paintBadge(surface, badge, x, y, theme);
  if (face.glyph) paintGlyph(surface, face.glyph, x, y, kindColor, theme);
}

function toneColor(tone: Tone, kindColor: string, theme: Theme): string {
  switch (tone) {
    case "foreground":
      return theme.foreground;
    case "muted":
      return theme.muted;
    case "kind":
      return kindColor;
    case "error":
      return theme.error;
    case "shared":
      return theme.shared;
  }
}

/** A chevron: right when closed, down when open. */
function paintToggle(surface: Surface, x: number, y: number, isOpen: boolean, color: string): void {
  const points = isOpen
    ? [
        { x: x - 4, y: y - 2 },
        { x, y: y + 2 },
        { x: x + 4, y: y - 2 },
      ]
    : [
        { x: x - 2, y: y - 4 },
        { x: x + 2, y },
        { x: x - 2, y: y + 4 },
      ];
  surface.line(points, 0, { stroke: color, lineWidth: 1.5 });
}

function badgeColor(kind: FaceBadge["kind"], theme: Theme): string {
  return kind === "shared" || kind === "error" || kind === "warning" ? theme[kind] : theme.muted;
}

function paintBadge(surface: Surface, badge: FaceBadge, boxX: number, boxY: number, theme: Theme): void {
  const x = boxX + badge.x;
  const y = boxY + badge.y;
  const color = badgeColor(badge.kind, theme);
  surface.rectangle(x, y, badge.width, badgeHeight, badge.kind === "repeated" ? 4 : badgeHeight / 2, {
    stroke: color,
    fill: theme.surface,
    ...(badge.kind === "shared" && { dash: [3, 2] }),
  });
  let textX = x + 6;
  if (badge.kind === "shared") {
    // Two rings of a chain.
    for (const offset of [0, 4]) surface.rectangle(textX + offset - 0.5, y + 5.75, 5.5, 4.5, 2.25, { stroke: color });
    textX += 11;
  }
  surface.text(textX, y + 11.5, badge.text, "small", color, "start");
}

const mostBars = 19;
const fewestBars = 6;

/** A histogram without axes: equal widths from the least to the greatest value, heights to the fullest bin. A constant is a single spike. */
function paintGlyph(surface: Surface, glyph: FaceGlyph, boxX: number, boxY: number, color: string, theme: Theme): void {
  const x = boxX + glyph.x;
  const base = boxY + glyph.y + glyph.height;
  surface.rectangle(x, base, glyph.width, 1, 0, { fill: theme.border });
  if (glyph.distribution === "constant") {
    surface.rectangle(x + glyph.width / 2 - 1, boxY + glyph.y, 2, glyph.height, 0, { fill: color });
    return;
  }
  const { bins } = glyph.distribution;
  // A few values in many bars are a comb, not a distribution.
  const counted = bins.reduce((sum, value) => sum + value, 0);
  const bars = Math.max(fewestBars, Math.min(mostBars, Math.round(Math.sqrt(counted))));
  const step = glyph.width / bars;
  const heights = rebin(bins, bars);
  const most = Math.max(...heights, 1);
  heights.forEach((value, index) => {
    if (value === 0) return;
    const height = Math.max(1, (value / most) * glyph.height);
    surface.rectangle(x + index * step, base - height, step - 0.5, height, 0, { fill: color });
  });
}

/** Counts in `count` bins of equal width, a bin that lies across a limit shared out by its parts. */
function rebin(bins: readonly number[], count: number): number[] {
  const result = new Array<number>(count).fill(0);
  bins.forEach((value, index) => {
    const from = (index / bins.length) * count;
    const to = ((index + 1) / bins.length) * count;
    for (let bin = Math.floor(from); bin < to && bin < count; bin++) {
      const part = Math.min(to, bin + 1) - Math.max(from, bin);
      result[bin]! += (value * part) / (to - from);
    }
  });
  return result;
}

export function paintEdge(surface: Surface, edge: SceneEdge, look: Look, emphasis?: string): void {
  const { theme, scale } = look;
  const container = edge.container;
  if (container && Math.min(container.width, container.height) * scale < 24) return;
  const dimmed = isDimmed(edge.from, look) || isDimmed(edge.to, look);
  surface.opacity(dimmed ? 0.15 : 1);
  const color = emphasis ?? theme.edge;
  const isDeclared = edge.edge.kind === "declared";
  const paint = { stroke: color, lineWidth: Math.max(emphasis ? 2 : 1.25, 0.7 / scale), ...(isDeclared && { dash: [2, 4] }) };
  if (edge.points) {
    surface.line(edge.points, 6, paint);
    if (edge.hasArrow) paintArrow(surface, edge.points.at(-2)!, edge.points.at(-1)!, color, scale);
  } else if (scale > 0.3) {
    for (const stub of edge.stubs) paintStub(surface, stub, color, scale, stub.end === "target" && edge.hasArrow);
  }
  if (scale < legibleScale) return;
  for (const label of labelsOfEdge(edge)) surface.text(label.x, label.y, label.text, "small", emphasis ?? theme.muted, "start");
}

/** A short piece with a ring at its open end. */
function paintStub(surface: Surface, { points }: SceneStub, color: string, scale: number, hasArrow: boolean): void {
  const [open, next] = [points[0]!, points[1]!];
  const away = Math.hypot(next.x - open.x, next.y - open.y);
  const beside = { x: open.x + ((next.x - open.x) * ringRadius) / away, y: open.y + ((next.y - open.y) * ringRadius) / away };
  surface.line([beside, ...points.slice(1)], 3, { stroke: color, lineWidth: Math.max(1.25, 0.7 / scale) });
  surface.rectangle(open.x - ringRadius, open.y - ringRadius, 2 * ringRadius, 2 * ringRadius, ringRadius, { stroke: color });
  if (hasArrow) paintArrow(surface, points.at(-2)!, points.at(-1)!, color, scale);
}

function paintArrow(surface: Surface, from: Point, to: Point, color: string, scale: number): void {
  if (scale < 0.25) return;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [back, half] = [6.5, 3.5];
  surface.polygon(
    [to, { x: to.x - ux * back - uy * half, y: to.y - uy * back + ux * half }, { x: to.x - ux * back + uy * half, y: to.y - uy * back - ux * half }],
    { fill: color },
  );
}
