// Keys for the whole page. Where something is typed or chosen, and with a modifier, they mean what they always mean. (`.code` holds
// the editor: seen from outside, what is typed in its shadow comes from there.)

const OWN_KEYS = 'input, select, textarea, button, summary, a, .code';

export function onKeys(actions: Readonly<Record<string, () => void>>): void {
  addEventListener('keydown', (event) => {
    const { target } = event;
    const elsewhere = target instanceof HTMLElement && target.closest(OWN_KEYS) !== null;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (elsewhere || action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}
