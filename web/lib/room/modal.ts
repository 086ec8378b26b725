/** Opens a dialog over the page; where one was before has the focus again when it is gone. For `{@attach}`. */
export function modal(box: HTMLDialogElement): () => void {
  const before = document.activeElement;
  box.showModal();
  return () => {
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
}
