/** What a command takes from the process around it, in one place: tests and the bundled `npm run load` give another. */
export interface Environment {
  variables: Readonly<Record<string, string | undefined>>;
  homeDir: string;
  platform: NodeJS.Platform;
}
