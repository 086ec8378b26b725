/** Stands in for packages that a dependency would load only for schema libraries that this project does not use. */
export const absent = true;
