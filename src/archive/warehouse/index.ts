export { warehouseKey } from './make-file.ts';
export { makeWarehouse } from './make-warehouse.ts';
export { warehouseRoutes } from './routes.ts';
