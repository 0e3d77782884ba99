/** Who one is. */
export const session = {
  title: (product: string) => `Log in to ${product}`,
  token: 'Admin token',
  show: 'Show the token',
  login: 'Log in',
  loginHint: 'It is shown to the gateway once, and these pages do not keep it.',
  howToMake: 'Tokens are made on the machine of the gateway:',
  ended: 'The session has ended',
  endedHint: 'Show a token to go on where you were. Nothing that was typed is lost.',
  logout: 'Log out',
  menu: (name: string) => `Logged in with ${name}`,
  readOnly: 'Read-only',
  readOnlyHint: 'This token may look at everything and change nothing.',
};
