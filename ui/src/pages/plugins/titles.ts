import { text } from '../../text';

/** What a plugin is called; one of another maker by the name that it has. */
export function titleOfPlugin(name: string): string {
  const known = text.plugins.find(({ plugins }) => name in plugins);
  return known?.plugins[name]?.title ?? name;
}
