/** The policy of these pages lets no style in but those that hold the word that came with the first page. */

declare global {
  /** Where the library that keeps pages from scrolling behind a dialog looks for the word. */
  var __webpack_nonce__: string | undefined;
}

export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

export function allowStyles(): void {
  globalThis.__webpack_nonce__ = nonce();
}
