import { describe, expect, it } from "vitest";
import { describePicture, events, find, middle, opened, show, tell } from "./graph.js";

describe("moving the view", () => {
  /** Where the root's box is and how large everything is. */
  const place = async () => {
    const picture = await describePicture();
    const { x, y } = find(picture, "").rectangle;
    return { x, y, scale: picture.scale };
  };
  const expectPlace = async (wanted: { x: number; y: number; scale: number }) => {
    const found = await place();
    for (const key of ["x", "y", "scale"] as const) expect(found[key], key).toBeCloseTo(wanted[key], 3);
  };
  /** After a zoom by `factor` about a point of the view. */
  const zoomed = ({ x, y, scale }: { x: number; y: number; scale: number }, factor: number, at: { x: number; y: number }) => ({
    x: at.x + (x - at.x) * factor,
    y: at.y + (y - at.y) * factor,
    scale: scale * factor,
  });

  it("drags, also out of the view, and selects nothing by that", async () => {
    await show("mlp");
    const before = await place();
    const [x, y] = [300, 250];
    await opened.page.mouse.move(x, y);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 30, y + 20, { steps: 3 });
    await expectPlace({ x: before.x + 30, y: before.y + 20, scale: before.scale });
    await opened.page.mouse.move(-50, 900);
    await opened.page.mouse.up();
    await expectPlace({ x: before.x - 50 - x, y: before.y + 900 - y, scale: before.scale });
    await opened.page.mouse.move(300, 300);
    await expectPlace({ x: before.x - 50 - x, y: before.y + 900 - y, scale: before.scale });
    expect(await events()).toEqual([]);
  });

  it("takes a press that moves a little for a click", async () => {
    await show("mlp");
    const { x, y } = middle(find(await describePicture(), "0"));
    await opened.page.mouse.move(x, y);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 2, y + 2);
    await opened.page.mouse.up();
    expect(await events()).toEqual(["select 0"]);
    await opened.page.mouse.down();
    await opened.page.mouse.move(x + 12, y + 2, { steps: 2 });
    await opened.page.mouse.up();
    expect(await events()).toEqual(["select 0"]);
    // The next one counts again.
    await opened.page.mouse.click(x + 12, y + 2);
    expect(await events()).toEqual(["select 0", "select 0"]);
  });

  it("drags with the middle button, not with the right one", async () => {
    await show("mlp");
    const before = await place();
    for (const button of ["right", "middle"] as const) {
      await opened.page.mouse.move(200, 200);
      await opened.page.mouse.down({ button });
      await opened.page.mouse.move(260, 250);
      await opened.page.mouse.up({ button });
      await expectPlace(button === "right" ? before : { x: before.x + 60, y: before.y + 50, scale: before.scale });
    }
  });

  it("moves with the wheel, and zooms about the pointer with Ctrl, within limits", async () => {
    await show("mlp");
    const before = await place();
    const at = { x: 250, y: 120 };
    await opened.page.mouse.move(at.x, at.y);
    await opened.page.mouse.wheel(30, 40);
    const moved = { ...before, x: before.x - 30, y: before.y - 40 };
    await expectPlace(moved);
    await opened.page.keyboard.down("Shift");
    await opened.page.mouse.wheel(0, 25);
    await opened.page.keyboard.up("Shift");
    await expectPlace({ ...moved, x: moved.x - 25 });
    await opened.page.mouse.wheel(-25, 0);
    await opened.page.keyboard.down("Control");
    await opened.page.mouse.wheel(0, 50);
    await expectPlace(zoomed(moved, 0.5, at));
    await opened.page.mouse.wheel(0, -100);
    await expectPlace(zoomed(moved, 2, at));
    await opened.page.mouse.wheel(0, -1000);
    await expectPlace(zoomed(moved, 4 / moved.scale, at));
    await opened.page.mouse.wheel(0, 5000);
    await opened.page.keyboard.up("Control");
    expect((await place()).scale).toBe(0.02);
  });

  it("pans with one finger and zooms with two", async () => {
    await show("mlp");
    const before = await place();
    const session = await opened.page.context().newCDPSession(opened.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number; id: number }[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", { x: 300, y: 300, id: 0 });
    // The first stretch may be taken for a tap that slips.
    await touch("touchMove", { x: 340, y: 300, id: 0 });
    await touch("touchMove", { x: 350, y: 310, id: 0 });
    await touch("touchMove", { x: 350, y: 320, id: 0 });
    const moved = { x: before.x + 50, y: before.y + 20, scale: before.scale };
    await expectPlace(moved);
    await touch("touchStart", { x: 350, y: 320, id: 0 }, { x: 450, y: 320, id: 1 });
    await touch("touchMove", { x: 330, y: 320, id: 0 }, { x: 450, y: 320, id: 1 });
    await touch("touchMove", { x: 300, y: 320, id: 0 }, { x: 500, y: 320, id: 1 });
    await expectPlace(zoomed(moved, 2, { x: 400, y: 320 }));
    await touch("touchMove", { x: 300, y: 360, id: 0 }, { x: 500, y: 360, id: 1 });
    const pinched = zoomed(moved, 2, { x: 400, y: 320 });
    await expectPlace({ ...pinched, y: pinched.y + 40 });
    // One finger goes on where the other was lifted.
    await touch("touchEnd", { x: 500, y: 360, id: 1 });
    await touch("touchMove", { x: 320, y: 360, id: 0 });
    await expectPlace({ ...pinched, x: pinched.x + 20, y: pinched.y + 40 });
    await touch("touchEnd");
    expect(await events()).toEqual([]);
    await session.detach();
  });

  it("leaves the minimap its own clicks and drags", async () => {
    await show("mlp");
    await tell("set({ showMinimap: true }); for (let i = 0; i < 4; i++) view.zoomIn()");
    const before = await place();
    const { x, y, width, height } = (await opened.page.locator("canvas").last().boundingBox())!;
    const press = async (share: number) => {
      await opened.page.mouse.move(x + width / 2, y + height / 2);
      await opened.page.mouse.down();
      await opened.page.mouse.move(x + width / 2, y + height * share, { steps: 4 });
      await opened.page.mouse.up();
      return place();
    };
    // What it is led to comes into the middle, where the drag was upwards too.
    const [top, bottom] = [await press(0), await press(1)];
    expect(top.y).toBeGreaterThan(before.y + 100);
    expect(bottom.y).toBeLessThan(before.y - 100);
    expect([top.scale, bottom.scale]).toEqual([before.scale, before.scale]);
    expect(await events()).toEqual([]);
  });
});
