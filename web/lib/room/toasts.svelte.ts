/** Short news about one's own acts, with one thing to do about it. It stays while it is pointed at or focused. */
export interface Toast {
  id: number;
  text: string;
  action: { label: string; run: () => void } | null;
  /** How long it stays, in ms. */
  stay: number;
}

const STAY = 8_000;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, action: Toast['action'] = null, stay = STAY): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { id, text, action, stay }];
    this.release(id);
  }

  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  release(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.drop(id), this.list.find((one) => one.id === id)?.stay ?? STAY),
    );
  }

  drop(id: number): void {
    this.hold(id);
    this.#timers.delete(id);
    this.list = this.list.filter((one) => one.id !== id);
  }
}
