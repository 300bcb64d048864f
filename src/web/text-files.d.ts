// Texts that the bundler puts into the page.
declare module '*.yaml' {
  const text: string;
  export default text;
}
declare module '*.css';
