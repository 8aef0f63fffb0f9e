/** Trusted input in browser tests: events as a user's hand makes them, so that popups may open. */
import { sendKeys, sendMouse } from '@web/test-runner-commands';

export { until } from './until.ts';

/** Clicks the middle of an element with the mouse. */
export async function click(element: Element, button: 'left' | 'middle' | 'right' = 'left'): Promise<void> {
  element.scrollIntoView({ block: 'center', inline: 'center' });
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) throw new Error(`<${element.localName}> is not visible; nothing to click.`);
  const position: [number, number] = [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)];
  await sendMouse({ type: 'click', position, button });
}

/** Focuses an element and presses a key, e.g. `Enter`. */
export async function press(element: HTMLElement, key: string): Promise<void> {
  element.focus();
  await sendKeys({ press: key });
}
