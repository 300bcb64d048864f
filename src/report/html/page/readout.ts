// What every line of a picture has where somebody points at it. Text of the page and no part of the drawing: files that are saved have none.

/** What a picture answers at a place of its x-axis, in pixels of the drawing. */
export interface Readout {
  /** Where the drawing's frame begins and ends. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  at(x: number): { readonly x: number; readonly head: string; readonly values: readonly ReadValue[] };
}

export interface ReadValue {
  readonly name: string;
  readonly colour: string;
  readonly text: string;
}

const GAP = 12;

/** The share of the requests that took longer than a time, of a curve whose times rise; undefined outside of it. */
export function shareAt(curve: readonly (readonly [ns: number, share: number])[], ns: number): number | undefined {
  const next = curve.findIndex(([time]) => time >= ns);
  return next < 0 || (next === 0 && curve[0]![0] > ns) ? undefined : curve[next]![1];
}

/** The value nearest to where somebody points. */
export const nearest = <T>(all: readonly T[], place: (one: T) => number, x: number): T | undefined =>
  all.reduce<T | undefined>(
    (best, one) => (best === undefined || Math.abs(place(one) - x) < Math.abs(place(best) - x) ? one : best),
    undefined,
  );

function line(className: string, text = ''): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  element.textContent = text;
  return element;
}

/** Lets the panel tell what its picture answers. */
export function readable(panel: HTMLElement, svg: SVGSVGElement, readout: Readout): void {
  const [rule, box] = [line('read-rule'), line('readout')];
  const hide = (): void => {
    rule.remove();
    box.remove();
  };
  const show = ({ clientX }: PointerEvent): void => {
    const bounds = svg.getBoundingClientRect();
    const scale = bounds.width / Number(svg.getAttribute('width'));
    const pointed = (clientX - bounds.left) / scale;
    if (pointed < readout.left || pointed > readout.right) return hide();
    const { x, head, values } = readout.at(pointed);
    const top = bounds.top - panel.getBoundingClientRect().top;
    box.replaceChildren(
      line('read-head', head),
      ...values.map(({ name, colour, text }) => {
        const row = line('read-row');
        const mark = line('read-mark');
        mark.style.background = colour;
        row.append(mark, line('read-name', name), line('read-value', text));
        return row;
      }),
    );
    panel.append(rule, box);
    Object.assign(rule.style, {
      left: `${x * scale}px`,
      top: `${top + readout.top * scale}px`,
      height: `${(readout.bottom - readout.top) * scale}px`,
    });
    const room = panel.clientWidth - x * scale - GAP;
    const left = box.offsetWidth <= room ? x * scale + GAP : Math.max(0, x * scale - GAP - box.offsetWidth);
    Object.assign(box.style, { left: `${left}px`, top: `${top + readout.top * scale + 4}px` });
  };
  svg.addEventListener('pointermove', show);
  svg.addEventListener('pointerdown', show);
  svg.addEventListener('pointerleave', hide);
}
