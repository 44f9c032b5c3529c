"""The house's small networks: found, verified and asked through ONNX Runtime; nothing here ever learns with torch."""
