;; Whether the imports of WASI-NN are there. No graph is loaded: that would need a model and a back end.
(module
  (import "wasi_ephemeral_nn" "load" (func (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "init_execution_context" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "probe") (result i32) (i32.const 42)))
