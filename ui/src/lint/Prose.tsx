import { Code } from '@mantine/core';

/** A message as a sentence: what stands in backticks is code. */
export function Prose({ words }: { words: string }) {
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return sentence.split('`').map((part, index) => (index % 2 === 1 ? <Code key={index}>{part}</Code> : part));
}
