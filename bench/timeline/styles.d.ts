/** Style sheets that the page of the benchmark brings in; the bundler makes files of them. */
declare module '*.css';
