// SHA-256 of the content of public files, unpacked: those of the repositories that publish them (each data set's `source`), and of parts of them
// that are handed round. The name is the path there, or says what part it is.

export const CONTENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'alibaba-pai2020-minibatch': {
    'job_1_norm.csv': '6f555e44ababa68c25659f911eb28fa7658f7ff0b3c08161a57b3bce0bf0d2dd',
    'job_2_norm.csv': 'c1945786e809ec0c204aa3f0e30d7dd3111234ef873707cb8304bdd290d433b2',
    'job_3_norm.csv': '47057a62829a1fbea6c90e43aeba53d4a9c2804c38ce31fd618d2426ef2b530b',
    'job_4_norm.csv': 'eccd5b23e4480e585082ba4affecbcc240150a9dcfc69b237d4dcb28ad146bc6',
  },
  'alibaba-pai2020-instances': {
    'pai_instance_table.csv': 'b179f7d7e0927a6663d719b728c92640447c5a0fc3c6e4edff31e7207ab9dd17',
  },
  'alibaba-pai2020-jobs': {
    'pai_job_table.csv': '379ecb3becaba347f44a53bf7eb53e54b185221b2a0338a3f828828d269ba96c',
  },
  'alibaba-pai2020-tasks': {
    'pai_task_table.csv': '6954802b457305f8a9e480ef97c40060baee59649fd3adc62c5a1e048aa058de',
  },
  'atlarge-bitbrains-usage': {
    '(a part of it) bitbrains/cpu_usage.csv.gz': '4d9355f3590d976a55fa5fc6e5bef74ec72067b25b834ae0e2ca4cd840a9688f',
  },
  'azure-functions-2019': {
    '(a part of it) paired_invocations.csv.gz': '871674100fc6add0f8b7afb0e9f0c88d44d43c1dba44a25429a9642439536617',
  },
  'azure-functions-2019-durations': {
    '(a part of it) marginal_durations.csv.gz': '15ae5d8a77903efe676ca2e7ba4cab633d0875c3d16936b5cd90023e85df2899',
    '(a part of it) paired_durations.csv.gz': 'eb111cf27ea1ae725cffe20c68a762619315d3d5f321807ede629cf53da3e3dd',
  },
  'azure-functions-2019-memory': {
    '(a part of it) marginal_memory.csv.gz': '3c1e3cb295d6bf63c73435ceb92354aa911d3c9f706ff8bebb3839c20e03c208',
    '(a part of it) paired_memory.csv.gz': '557fd5832e7e6173c868377da7ee0a48cd019cdd15a096619edabe363b0442e4',
  },
  'azure-functions-2021': {
    '(a part of it) invocations.csv.gz': '3fc42534ff177c2446843a2f8fae3163a3fc8e5995f21f40dcda172a0f2e260b',
  },
  'azure-llm-2023': {
    '(a part of it) code.csv.gz': '8df9a0d70ef02f0b1c6d26213a4f3f6370fb6ed5dd5315aed69d46a544af05f8',
    '(a part of it) conv.csv.gz': 'e29a94733b6a83b6d64e33a79133961fd68cab720914bff0a205716369e2a5d0',
    'data/AzureLLMInferenceTrace_code.csv': '54e9a6d2a4bd06ba1e060304b900abbc74cbea53de96506e60fe5bb4f2277fb6',
    'data/AzureLLMInferenceTrace_conv.csv': '2f1e5b666d4e3055fdbba98598ce2ec307767b9064e03e2fa46676dbcc7d0bf8',
  },
  'azure-vm-noise-2024': {
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Idle_Latency/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=ns.csv':
      'd44db75eda90a420d67562084c07b018242c14c793ba3e6328388ff2d116a044',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Idle_Latency/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=ns.csv':
      '7c6a6176490b56a9f675cee71f813eb0022445b068ebe61788da81042d403dc7',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Idle_Latency/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=ns.csv':
      'ea52987f812d58db4afc0f22339aa1024ed834381fd78479877844ddb8f7f6e3',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Idle_Latency/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=ns.csv':
      '3970ace1469fc431d05ba4aff51746456791dd020f160de98f6c8ab4d6a8cb5b',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Max_Bandwidth_-_All_Reads/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=MiB_s.csv':
      '2f118da0ac100f6790ce0a28bee36aed4c8f040eada403f9eb13e835a0721dc1',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Max_Bandwidth_-_All_Reads/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=MiB_s.csv':
      '3ef01ade03d13de5f5bc977f8c606e08efa761de7dc860fbbc7408597ec81d23',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Max_Bandwidth_-_All_Reads/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=MiB_s.csv':
      '492a13caf38f8a4991e3df813cb34ed56807d9c664d59b65c1a7e0ac3b1a2413',
    'test_suite=Intel_Memory_Latency_Checker/test_name=Test:_Max_Bandwidth_-_All_Reads/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=MiB_s.csv':
      'b81b987e07dc10b6d0e5d53a6aec9e3e5966682216c56e6d02b79ec30c90fe2f',
    'test_suite=OSBench/test_name=Test:_Create_Processes/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      '9a3a0ef7e0d44aaa7ee1e7bdbfac5c1fc3372eff9505af1ce020eeb47b87e311',
    'test_suite=OSBench/test_name=Test:_Create_Processes/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '61ccc44e0e71588cd91179ebd27ca5e602f836b2be69a03d94e861c399ab2d18',
    'test_suite=OSBench/test_name=Test:_Create_Processes/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      '638f5e600c86ed0a1e95cc9759a950363e2965f4a8658b9227b5f08fc5f8a8f6',
    'test_suite=OSBench/test_name=Test:_Create_Processes/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '69b06496294c1ac71b93a230074ce5b5997e21d94135ba2faf338c3d778b299e',
    'test_suite=OSBench/test_name=Test:_Create_Threads/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      'f05eebfc5565b8320bb5daa2779dd07677f3983b124379e798dc87d7baed8847',
    'test_suite=OSBench/test_name=Test:_Create_Threads/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '38d4ce21e29ab2b734533811d34288c3c9005de36f487e77ee30ac94e454abc9',
    'test_suite=OSBench/test_name=Test:_Create_Threads/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      '7434204777f764c7cf5116a906285467b8f27680d4e0fe7910f2fe53e6783ec3',
    'test_suite=OSBench/test_name=Test:_Create_Threads/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '1a914169d47a42aeb17ab28a22a870f9cb86b2e506a47df7b1afdc9e3eaa652d',
    'test_suite=OSBench/test_name=Test:_Launch_Programs/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      '0f32c60d98cec12f726a05f57d9f3b5853236dc027269c0da9d2a674a9fc586f',
    'test_suite=OSBench/test_name=Test:_Launch_Programs/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '71b15089cdc74c17ed952ab4107f5263e84d610753bf5785cc2dba581edffb9b',
    'test_suite=OSBench/test_name=Test:_Launch_Programs/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=us Per Event.csv':
      '0d1e76c5b7257ca9da7ad36cb7cf65ac30ece48f9bbbedb5f8640e49caa5883e',
    'test_suite=OSBench/test_name=Test:_Launch_Programs/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=us Per Event.csv':
      '7674912e76b14d34ef3b22d24949042d8b614afa1e5210e7bab6b417b8622e38',
    'test_suite=OSBench/test_name=Test:_Memory_Allocations/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=Ns Per Event.csv':
      '99eff213c22b9493bec1767898af2af7bb7d61d2ee51306b3fab471d3fdc0f15',
    'test_suite=OSBench/test_name=Test:_Memory_Allocations/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=Ns Per Event.csv':
      '61ae4243fa966abdccbb00f153d685864cdbd7d8e14047baa3ad4fac9651440e',
    'test_suite=OSBench/test_name=Test:_Memory_Allocations/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=Ns Per Event.csv':
      'cd1d6c2b61fd51cef86c87a2c0a61bc794b7083e2c435a03e7c2945d23b4f396',
    'test_suite=OSBench/test_name=Test:_Memory_Allocations/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=Ns Per Event.csv':
      '6b12ec48ecef25be4147e18c8beb2d993728e53404056614e3f4fde4f141bcc8',
    'test_suite=Redis/test_name=Test:_GET_-_Parallel_Connections:_50/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=Requests Per Second.csv':
      '78fb3898eb81c502162c6b7cfa7f4292c95b1ec6153c1a4e4ac57bdd5ebf6a97',
    'test_suite=Redis/test_name=Test:_GET_-_Parallel_Connections:_50/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=Requests Per Second.csv':
      '9844652d62292a31db6523339f182d65c8e09a1beb8e54b1ce854e25049e3353',
    'test_suite=Redis/test_name=Test:_GET_-_Parallel_Connections:_50/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=Requests Per Second.csv':
      '6508ad993c85528506cd97334aeab9cd06664c56089fefa3e280804dd1cf898c',
    'test_suite=Redis/test_name=Test:_GET_-_Parallel_Connections:_50/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=Requests Per Second.csv':
      '3bc7c5ded99d1f0b079c2e09855bc5327cf78a4cb42411f31b60903a58a5da54',
    'test_suite=perf-bench/test_name=Benchmark:_Syscall_Basic/vm_lifespan=long/vm_region=eastus/vm_sku=D8s_v5/unit=ops_sec.csv':
      'a92707c6c5d5613036cfc4aec098d2bf7db20d9629a60bb43761c086a9a79060',
    'test_suite=perf-bench/test_name=Benchmark:_Syscall_Basic/vm_lifespan=long/vm_region=westus2/vm_sku=D8s_v5/unit=ops_sec.csv':
      'f3cf73445afc8f994a3d2e5bbcc0c34d92f23996e46ac6774cc16607f038c328',
    'test_suite=perf-bench/test_name=Benchmark:_Syscall_Basic/vm_lifespan=short/vm_region=eastus/vm_sku=D8s_v5/unit=ops_sec.csv':
      'd2fb0e25f449506532731d49b977193db4834793fd402dfd3c2f0020900941bf',
    'test_suite=perf-bench/test_name=Benchmark:_Syscall_Basic/vm_lifespan=short/vm_region=westus2/vm_sku=D8s_v5/unit=ops_sec.csv':
      '31c90ddc0e8d11e3a65495237f5a1780d968ac726f9106dffbe078ef01454ad2',
  },
  'cache2k-ecommerce': {
    '(a part of it) orm-busy.be32.bin.gz': '5c131c3233b2718374370d4899cbcd2d1b45ef3cfb896228eaa1e4125b32a06c',
    'orm-busy.trace.xz': '016768842d9dc66a8633242bb619b2c695927766e31e5ce382a6e3ce8e98ab26',
    'orm-night.trace.xz': '24ce167a64bbdfaf5b5c1da9ad8469b03e797133e426d81ca37a62658ad5b4f5',
    'web07.trace.xz': '6959eddd318157e012862ba6c87f32d5a878c6c08dddbf999a42d2d378294ab1',
    'web12.trace.xz': '89f9312922a952ee2d6746b43e39519a90d8649c9d26eeb4f5816beddf288f01',
  },
  'ibm-code-engine-2026': {
    '(a part of it) app_configs.csv.gz': '11100bd436c3cf8fd8dd82f8fab879195be49acfdf43be5dfbc3d04f0a972220',
  },
  'meta-cachelib-popularity': {
    'hit_ratio/cdn/pop.json': '9af2ce93f467ea3ceb2c2bd9a2311a13d4498c668c9336bc8c4d491ade8fd166',
    'hit_ratio/cdn/sizes.json': '7b4ee1fb3383d7f27cead31a6e56508f2e4af1a42c7fcfaae8765121a42c1f6f',
    'hit_ratio/graph_cache_follower_assocs/pop.json':
      'dd5233f6d6989434dcb5954515b8547158f8810667d95e05f25d400b5eee1abf',
    'hit_ratio/graph_cache_follower_assocs/sizes.json':
      '7ee822534aba97ae35f898ce40f4c131e90f37e1c4034d217b0f325f8962e47c',
    'hit_ratio/graph_cache_follower_fbobj/pop.json': 'f66aed057ca3bf0decb5aac3f62d3d39d3a98f59807909bfa7f5644fea6b86da',
    'hit_ratio/graph_cache_follower_fbobj/sizes.json':
      'd801976aa3fe1880ab2bbc8844427661361fdd0081388c9e776054605b82dd24',
    'hit_ratio/graph_cache_leader_assocs/pop.json': '6c2d9de9c14b8b7a747f8b95d9398d7bbe935678f1d286feea1235d64d130474',
    'hit_ratio/graph_cache_leader_assocs/sizes.json':
      'e24da2f9cdabbce16b3d28d094079463be56080eca2f35823168038a5fd206ea',
    'hit_ratio/graph_cache_leader_fbobj/pop.json': '23b915f8239c32142841287b96d5cfc2624502531af8e7565d24c6df4982def3',
    'hit_ratio/graph_cache_leader_fbobj/sizes.json': 'bad3fa04a5621bf9584062b9e42a9081bfd8fa4bbcc3cf793978417828d171fb',
    'ssd_perf/flat_kvcache_reg/pop.json': 'a13793dceb3d5f4250b4f935eaa69d878d40491dad7cfb1321ef31343e1eb906',
    'ssd_perf/flat_kvcache_reg/sizes.json': '707e8c8204de56265ca3e9f320ddfd1a85c109a870e8793d286c990b10122fe4',
    'ssd_perf/kvcache_l2_reg/pop.json': '8ff9c7f47c5f65b79b84445a19e84bebbc0cf9ee0d4ae18f9d8da7c6e157c6bb',
    'ssd_perf/kvcache_l2_reg/sizes.json': '22ccc1f2592248c78bbef47f6a57fb33124ddd334d086a84e138a12b27f0b9dc',
    'ssd_perf/kvcache_l2_wc/pop.json': 'cd5da7d8b2900d1094d63fb620e50ee58a613eb330a11abef8932ebd344f66a5',
    'ssd_perf/kvcache_l2_wc/sizes.json': '1ff2e9c60c497f1cac45c049c8bffb130f7372bd162d61691300036a7a3e2753',
  },
  'mooncake-conversation-2024': {
    '(a part of it) conversation.jsonl.gz': '9c083a41a16365746a5e507fb3fd1f4fb61e0efd0edd1b15fb781b1a769df5d6',
    'conversation_trace.jsonl': 'b8cbb061a85206d729d91cdc2981f43c9e0d99209dce588d3af5f7934408b9df',
    'synthetic_trace.jsonl': 'bd070915a98fc0ed264d7cfef2ce746002eb3076a695ec31ba2674c0111ec131',
  },
  'opendc-tasks': {
    '(a part of it) bitbrains/vms.csv.gz': '6f5ab9760e2234d00fabd9d04b1dea5da7e6c900ed3f4cff14e63cec7e2d568a',
  },
  'opendc-surf-lisa': {
    '(a part of it) surf-lisa/tasks.csv.gz': '62aa0421d3bce745ad5cb1fad503aa1b2a3467f731f7f5e7b0d2d5b1490a5fcd',
  },
  'spec2006-ramulator': {
    'cputraces/403.gcc.gz': 'd8bfaa0b2ed4a5c7a05c18db61751f68bb7f54e1f0522f7eea88eb2d5f5a8a05',
    'cputraces/435.gromacs.gz': '7cda698f2f0b31f54fc37197a200634c59d6877c295d9fa2d926caa10c5dee37',
    'cputraces/444.namd.gz': '20278191f177717fa080e51621759ac2e3514040729676d0f18f059ca657b5d0',
    'cputraces/445.gobmk.gz': '02de70aa59926b4eeffdc130cb99f27c1a8056b661828c42641b4096790f8c07',
    'cputraces/447.dealII.gz': 'acf634a50ed1519c41b30caad786b9e678dd4eda9f7fa550eea16087f013e065',
    'cputraces/456.hmmer.gz': '3921e209f4692f57cad39ad70c39bd4f80c45a317370176149aa19617a515ae0',
    'cputraces/458.sjeng.gz': '8f13ca712f36daac7d914b01a5d794fde6689fa5c5b962a02056f2824a44c128',
    'cputraces/464.h264ref.gz': '715959d35c5be6912175a3292af52411ba93727ced6a714d13991d8fb726f8cf',
    'cputraces/481.wrf.gz': '705563118325523d8089334543d8ec12e507fa024a0c9a2b5ac85566feebf923',
  },
};
