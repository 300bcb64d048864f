// Keys for the whole page. Where something is typed or chosen, and with a modifier, they mean what they always mean. (`.code` holds
// the editor: seen from outside, what is typed in its shadow comes from there.)

const TYPED = 'input, select, textarea, .code';
const PRESSED = 'button, summary, a';

export function onKeys(actions: Readonly<Record<string, () => void>>): void {
  addEventListener('keydown', (event) => {
    const { target } = event;
    const within = (selector: string): boolean => target instanceof HTMLElement && target.closest(selector) !== null;
    const elsewhere =
      within(TYPED) || document.querySelector('dialog[open]') !== null || (event.key === ' ' && within(PRESSED));
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (elsewhere || action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}
