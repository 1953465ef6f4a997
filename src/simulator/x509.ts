// A bundle that imports a package in CommonJS at run time finds only a default in it, and all of it in a module of ours.
export * as x509 from '@peculiar/x509';
