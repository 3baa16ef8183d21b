"""Both ends of gRPC's interoperability tests on stock grpcio: a client, a server, and cases."""
