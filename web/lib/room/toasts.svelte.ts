/** Short news about one's own acts, with one thing to do about it. It stays while it is pointed at or focused. */
export interface Toast {
  id: number;
  text: string;
  action: { label: string; run: () => void } | null;
  /** Of toasts about one matter only the newest stands. */
  about: string | null;
  /** How long it stays, in ms. */
  stay: number;
}

const STAY = 8_000;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, action: Toast['action'] = null, more: { stay?: number; about?: string } = {}): void {
    this.put(text, action, more);
  }

  /** Shows it, and tells which one it is. */
  put(text: string, action: Toast['action'], { stay = STAY, about = null }: { stay?: number; about?: string | null }): number {
    const id = this.#next++;
    const others = this.list.filter((one) => about === null || one.about !== about);
    this.list = [...others.slice(-2), { id, text, action, about, stay }];
    this.release(id);
    return id;
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
