export { writeKyvernoTest } from '../../src/index.ts';
