import { createTheme, Menu, Select } from '@mantine/core';

/** Colours and shapes. The shades are those with enough contrast for small text. */
export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    // A menu has items and nothing else that takes the focus.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    // Who chooses what is chosen already wants it. There is a button to choose nothing where that can be.
    Select: Select.extend({ defaultProps: { allowDeselect: false } }),
  },
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
});
