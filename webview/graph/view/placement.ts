import type { Arrangement } from "../../../src/picture/model/arrangement.js";
import type { CameraPlace, PictureState } from "../../../src/picture/state.js";
import { visibleBox } from "../../../src/picture/drawing/sharedLinks.js";
import { bandHeight } from "../../../src/picture/drawing/stickyTitles.js";
import { legibleScale } from "../../../src/picture/drawing/paint.js";
import type { Point, Rectangle } from "../../../src/picture/geometry.js";
import type { Scene, SceneBox } from "../../../src/picture/scene.js";
import type { Camera } from "./camera.js";
import type { Shown } from "../../../src/picture/shown.js";

/** What happens to the view when a new picture comes. */
export type Placement =
  /** The box stays where it is on the screen; null: the one in the middle. */
  | { readonly kind: "keep"; readonly pin: string | null }
  | { readonly kind: "first" }
  | { readonly kind: "reveal"; readonly id: string }
  /** Brings what failed into view. */
  | { readonly kind: "failure" }
  | { readonly kind: "restore"; readonly camera: CameraPlace };

/** Least scale at which the small texts can be read at all. */
const legible = 0.62;
/** Least scale that a view starts with: the small texts are then 8 pixels high, titles almost 10. */
const comfortable = 0.8;
const margin = 16;
/** The same at the upper edge, where the titles of what is around may stand. */
const below = ({ top }: Pick<Camera, "top">): number => top + margin + bandHeight;

/** What follows from a changed state for the same model: null where nothing is laid out anew. `pins`: what stays where it is in an arrangement. */
export function placementAfter(before: PictureState, after: PictureState, pins: Pick<WeakMap<Arrangement, string | null>, "get">): Placement | null {
  if (after.settings.direction !== before.settings.direction) return { kind: "first" };
  if (after.arrangement !== before.arrangement) return { kind: "keep", pin: pins.get(after.arrangement) ?? null };
  const isSame = after.settings.showBookkeeping === before.settings.showBookkeeping && after.theme.fontFamily === before.theme.fontFamily;
  return isSame ? null : { kind: "keep", pin: null };
}

/** Moves the camera as asked. Returns by how much the pinned box moved in the picture; null where nothing was pinned. */
export function place(placement: Placement, camera: Camera, shown: Shown, before: Shown | null): Point | null {
  const { scene, model } = shown;
  switch (placement.kind) {
    case "first":
      firstView(camera, shown);
      return null;
    case "restore": {
      const { anchor, dx, dy, scale } = placement.camera;
      const box = shown.box(anchor) ?? visibleBox(model, scene, model.index.nearest(anchor).path);
      if (box) camera.center(box.x + dx, box.y + dy, scale);
      else firstView(camera, shown);
      return null;
    }
    case "reveal": {
      if (!before) firstView(camera, shown);
      const box = shown.boxOf(placement.id);
      if (box) bringIntoView(camera, box);
      return null;
    }
    case "failure":
      firstView(camera, shown);
      return null;
    case "keep": {
      const pinned = before && inBoth(placement.pin ?? centralBox(camera, before)?.node.id ?? null, before, shown);
      if (!pinned) {
        if (!before) firstView(camera, shown);
        return null;
      }
      const offset = { x: pinned.after.x - pinned.before.x, y: pinned.after.y - pinned.before.y };
      camera.shift(-offset.x * camera.scale, -offset.y * camera.scale);
      return offset;
    }
  }
}

/** The box, or the nearest around it, that is in both pictures. */
function inBoth(id: string | null, before: Shown, shown: Shown): { before: SceneBox; after: SceneBox } | null {
  if (id === null) return null;
  for (const each of [
    id,
    ...before.around(id),
    ...shown.around(id),
    ...shown.model.index
      .ancestry(id)
      .map((module) => module.path)
      .reverse(),
  ]) {
    const [old, now] = [before.box(each), shown.box(each)];
    if (old && now) return { before: old, after: now };
  }
  return null;
}

/** The whole picture where it reads well; else what failed; else the beginning, as wide as it fits, and around the main path where it does not. */
export function firstView(camera: Camera, shown: Shown): void {
  const { scene, failed } = shown;
  const isDown = scene.direction === "down";
  const height = camera.height - camera.top;
  const whole = Math.min((camera.width - 2 * margin) / scene.width, (height - 2 * margin) / scene.height);
  if (whole >= comfortable) camera.fit({ x: 0, y: 0, width: scene.width, height: scene.height });
  else if (failed) showFailure(camera, shown, failed);
  else {
    const [room, breadth] = isDown ? [camera.width, scene.width] : [height, scene.height];
    const scale = Math.min(1, Math.max(comfortable, (room - 2 * margin) / breadth));
    const ahead =
      breadth * scale <= room - 2 * margin
        ? (room - breadth * scale) / 2
        : Math.max(room - margin - breadth * scale, Math.min(margin, room / 2 - mainAxis(scene) * scale));
    camera.set(isDown ? ahead : margin, camera.top + (isDown ? margin : ahead), scale);
  }
}

/** What failed, whole, with the boxes that its operands come from: as many of them, the nearest first, as can be read beside it. */
function showFailure(camera: Camera, { scene, flow }: Shown, failed: SceneBox): void {
  const sources = flow
    .next(failed.node.id, "upstream")
    .flatMap((id) => scene.byId.get(id) ?? [])
    .map((box) => around(failed, box))
    .sort((a, b) => a.width * a.height - b.width * b.height);
  const least = Math.min(legibleScale, view(camera, failed).scale);
  let shown: Rectangle = failed;
  for (const source of sources) {
    const more = around(shown, source);
    if (view(camera, more).scale >= least) shown = more;
  }
  const { room, scale } = view(camera, shown);
  camera.hold(centerOf(shown), centerOf(room), scale);
}

/** The part of the view that shows a rectangle whole at the largest scale, free of what lies over the view's corner. */
function view(camera: Camera, { width: wide, height: high }: Rectangle): { readonly room: Rectangle; readonly scale: number } {
  const { width, height, corner } = camera;
  const y = below(camera);
  const rooms = [
    { x: margin, y, width: width - 2 * margin, height: height - y - Math.max(margin, corner.height) },
    { x: margin, y, width: width - margin - Math.max(margin, corner.width), height: height - y - margin },
  ];
  const scaled = rooms.map((room) => ({ room, scale: Math.min(1, room.width / wide, room.height / high) }));
  return scaled[0]!.scale >= scaled[1]!.scale ? scaled[0]! : scaled[1]!;
}

function around(a: Rectangle, b: Rectangle): Rectangle {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

function centerOf({ x, y, width, height }: Rectangle): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where across the flow the main path begins: at the first input, or the first box where there is none. */
function mainAxis({ boxes, direction, width, height }: Scene): number {
  const start = boxes.find(({ node }) => node.kind === "input") ?? boxes.find(({ node }) => node.content === null);
  if (!start) return (direction === "down" ? width : height) / 2;
  return direction === "down" ? start.x + start.width / 2 : start.y + start.height / 2;
}

/** Moves as little as needed; comes nearer where the box could not be read. */
export function bringIntoView(camera: Camera, box: SceneBox): void {
  if (camera.scale < legible && box.node.content === null) {
    camera.center(box.x + box.width / 2, box.y + box.height / 2, comfortable);
    return;
  }
  const { x, y, width, height } = camera.toScreen(box);
  if (isSeen(camera, box) && (width > camera.width || height > camera.height)) return;
  camera.shift(shiftInto(x, width, camera.width, margin), shiftInto(y, height, camera.height, below(camera)));
  const on = camera.toScreen(box);
  if (!camera.isCovered(on)) return;
  const up = on.y + on.height - (camera.height - camera.corner.height);
  const aside = on.x + on.width - (camera.width - camera.corner.width);
  if (on.y - up >= margin) camera.shift(0, -up);
  else if (on.x - aside >= margin) camera.shift(-aside, 0);
}

/** As little as needed; what has no room with its margins stands in the middle, and what has none at all from its beginning on. */
function shiftInto(start: number, size: number, room: number, before: number): number {
  if (size > room) return before - start;
  if (size > room - before - margin) return (room - size) / 2 - start;
  return Math.max(0, before - start) || Math.min(0, room - margin - start - size);
}

/** Where a box begins, which is what was left of it when the view went on into it. */
export function bringStartIntoView(camera: Camera, box: SceneBox): void {
  const { x, y } = camera.toScreen(box);
  camera.shift(Math.max(0, margin - x), Math.max(0, below(camera) - y));
}

/** What stays where it is when everything is opened or closed: the selection, where it is in view. */
export function pinned(camera: Camera, shown: Shown | null, selection: string | null): string | null {
  const selected = selection === null ? null : shown?.boxOf(selection);
  return selected && isSeen(camera, selected) ? selected.node.id : null;
}

/** Whether enough of a box to notice it is in a view of that size. */
export function isSeen(camera: Camera, box: SceneBox, room: { readonly width: number; readonly height: number } = camera): boolean {
  const { x, y, width, height } = camera.toScreen(box);
  return x < room.width - margin && x + width > margin && y < room.height - margin && y + height > margin;
}

/** The innermost box in the middle of the view; the root module where there is none. */
function centralBox(camera: Camera, shown: Shown): SceneBox | null {
  const middle = camera.toPicture(camera.width / 2, camera.height / 2);
  return shown.index.boxAt(middle.x, middle.y) ?? shown.box("");
}

/** Where the view is, relative to the box in its middle. */
export function cameraPlace(camera: Camera, shown: Shown): CameraPlace | null {
  const anchor = centralBox(camera, shown);
  const middle = camera.toPicture(camera.width / 2, camera.height / 2);
  return anchor && { scale: camera.scale, anchor: anchor.node.id, dx: middle.x - anchor.x, dy: middle.y - anchor.y };
}
