/** All that the pages say. Another language is another file of this shape. */

export { en as text } from './en';
