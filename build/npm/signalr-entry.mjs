// What the live path uses of the SignalR client.
export { HubConnectionBuilder, HttpTransportType, LogLevel } from "@microsoft/signalr";
