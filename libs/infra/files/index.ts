export { namesIn, readIfPresent, writeWhole } from './whole-files';
