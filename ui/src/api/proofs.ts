/** The half of a session that these pages keep. Alone it opens nothing: the other half is a cookie that no script reads. */

const NAME = 'gibbon-session';

export const proofs = {
  kept: (): string | null => localStorage.getItem(NAME),
  keep: (proof: string): void => localStorage.setItem(NAME, proof),
  forget: (): void => localStorage.removeItem(NAME),
  /** Tells what another window has done; gives what ends that. */
  follow: (told: (proof: string | null) => void) => {
    const listener = ({ key, newValue }: StorageEvent) => {
      if (key === NAME) told(newValue);
    };
    addEventListener('storage', listener);
    return () => removeEventListener('storage', listener);
  },
};
