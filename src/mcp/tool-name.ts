/** At most 128 of these characters (MCP, Tools, Tool Names); anything else is shown nowhere but in the book. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;

export const isToolName = (name: string): boolean => TOOL_NAME.test(name);
