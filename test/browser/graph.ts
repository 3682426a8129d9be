/** Shows a model in the picture, without the page around it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { DescribedItem, PictureDescription } from "../../webview/graph/index.js";
import { openPicture, type PicturePage } from "../support/picture.js";
import type { FixtureName, ShowOptions } from "../support/picturePage.js";

export let opened: PicturePage;

beforeAll(async () => {
  opened = await openPicture({ width: 800, height: 700 });
});
beforeEach(() => opened.page.setViewportSize({ width: 800, height: 700 }));
afterEach(() => expect(opened.problems.splice(0)).toEqual([]));
afterAll(() => opened?.browser.close());

export const show = (fixture: FixtureName, options: ShowOptions = {}, ...parameters: unknown[]) =>
  opened.page.evaluate(([name, given, rest]) => layerscopePicture.show(name, given, ...rest), [fixture, options, parameters] as const);

/** Tells the view something and waits until the picture shows it. */
export async function tell(script: string): Promise<PictureDescription> {
  await opened.page.evaluate(`(async () => {
    const { view, select, set, change } = layerscopePicture;
    ${script};
    await view.whenIdle();
  })()`);
  return describePicture();
}

export async function describePicture(): Promise<PictureDescription> {
  return opened.page.evaluate(async () => {
    await layerscopePicture.view.whenIdle();
    return layerscopePicture.view.describe();
  });
}

export const find = (picture: PictureDescription, id: string): DescribedItem => {
  const item = picture.items.find((each) => each.id === id);
  if (!item) throw new Error(`${id} is not in the picture: ${picture.items.map((each) => each.id).join(", ")}`);
  return item;
};

export const middle = ({ rectangle: { x, y, width, height } }: DescribedItem) => ({ x: x + width / 2, y: y + height / 2 });

export const events = () => opened.page.evaluate(() => layerscopePicture.events.map(({ name, item }) => `${name} ${item?.id ?? "nothing"}`));

/** Colour of the picture at a point, over what both canvases show. */
export async function colorAt(x: number, y: number): Promise<number[]> {
  return opened.page.evaluate(
    ([px, py]) => {
      const canvas = document.querySelector("canvas")!;
      return [...canvas.getContext("2d")!.getImageData(px, py, 1, 1).data];
    },
    [x, y] as const,
  );
}
