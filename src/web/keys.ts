// Keys for the whole page. Where something is typed or chosen, and with a modifier, they mean what they always mean. (`.code` holds
// the editor: seen from outside, what is typed in its shadow comes from there.)

const TYPED = 'input, select, textarea, .code';
const PRESSED = 'button, summary, a';

/** In the bar what was clicked holds the focus, and nobody chose it: there the space bar plays, as beside it. */
const CLICKED = '.bar button';

export function onKeys(actions: Readonly<Record<string, () => void>>): void {
  let clicked: Element | null = null;
  addEventListener(
    'pointerdown',
    ({ target }) => (clicked = target instanceof Element ? target.closest(CLICKED) : null),
  );
  addEventListener('focusout', ({ target }) => {
    if (target === clicked) clicked = null; // whoever comes back to it with the keyboard presses it
  });
  // some browsers press a button when the key goes up
  addEventListener('keyup', (event) => {
    if (event.key === ' ' && clicked !== null && event.target === clicked) event.preventDefault();
  });
  addEventListener('keydown', (event) => {
    const { target } = event;
    const within = (selector: string): boolean => target instanceof HTMLElement && target.closest(selector) !== null;
    const elsewhere =
      within(TYPED) ||
      document.querySelector('dialog[open]') !== null ||
      (event.key === ' ' && target !== clicked && within(PRESSED));
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (elsewhere || action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}
