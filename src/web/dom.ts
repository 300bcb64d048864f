// Elements in one expression. Text goes in as text, never as markup: whatever a scenario calls its VMs stays a name.

type Props = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** `onclick` and the like are listened to; `true` is an attribute without a value, `undefined` and `false` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** A command line in which no flag breaks in two; its text is the line as it is. */
export function showCommand(place: HTMLElement, line: string): void {
  const parts = line.split(/(--[\w-]+)/);
  place.replaceChildren(...parts.map((part, i) => (i % 2 === 1 ? h('span', { class: 'flag' }, part) : part)));
}

/** Saves bytes under a name, as if they had been downloaded. */
export function save(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
