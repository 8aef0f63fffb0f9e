/** What Vite makes of an import with `?raw`: the file as text. */
declare module '*?raw' {
  const text: string;
  export default text;
}

/** A style sheet that an import puts into the page. */
declare module '*.css' {}
