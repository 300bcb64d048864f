// Six hundred lines of the `addresses` format as `zstd -19 --check` packs them; the text is made again to compare.

export const PACKED_TEXT = Array.from(
  { length: 600 },
  (_, i) => `${(((i * i * 37) % 1000) * 4096).toString(16)} ${i % 3 === 0 ? 'W' : 'R'}\n`,
).join('');

export const PACKED =
  'KLUv/QRopSAAdjh3EqClbSbbBKWaW6ilTMmD1TkVA3AAbgBvAHbsiR+bbxOYJqzr3M6w9Ug4eZAX5OFxUX08V2u8aoPJxSjmEA58I6OTmGFwtl0IjH1a' +
  '+uMBXajB6kOm3SS/YVKkIlob9Hxu1SLzjbTdkfjx3vd8fVHM2/Flq8Nw1cRjEz7qYyU5UVaLAEqAiMwAE6BVI6e6X+ImHP8cBlfxgomi+x7p0R9Exg/k' +
  'p11nLrXYc3CrIdF7fVpwCmXfVZ344nFwaasXBTYsE3K9wagkYXJ3sIv3kWflFYnpoNCzDw89xdbnhCqzwxQfFq2OCj120UlH0kFuVJhIfp4f4cSrAbeZ' +
  'xc8uLvT46EIbnQiS0hN9fix0tCqKHRZHEyeQH9enNZTsJ/QUYK6FtR8pfA4yuuSjlTSC18jkJFi2wL904OMeb9kkFpRtdcHpa5I6QmRYCvIKW1RzXU02' +
  'HErkUVf0GF+lwUMWS9wnRzurwXznDIBiiimmmGKKKaaYYooppphiiimmmGKKKaaYYooppphiiimix9lhyAof9cnNRYpUzVV/1IQf51UOQzWbN9H3/iKe' +
  'a4+71fMzBm2R2hsud7B60nGQs7LZwxLs7MLAzgj6/KDEIQryB1d/dfb6+IIKLvzQ8lgJ0wGB6agxUF+HfQMxnmjMZNYNESQwLYUSSPljWNQxBggIASJD' +
  'FNIHZJBCBdQbICAEUKwTiiC/IQopass6ha6CvA8sKjwRfRhqHSmodAxJ7JSUm43+ADWhQMf3RmiQxPpXvQIVl+rw0Q15dT4OiGpel/wtIonTdBnKC7dX' +
  'e/42rUgixUaDquVy8ihgnGT0haXIyaAoUcJCutl8d4HDnmKNSsiNRkmMdqR0+4BgW4eIjuLYvE4X03rPGj0QMDMlyGBJWtWhB47B96Bnvx0pGMByoaPf' +
  'EJLAlprtOxMpU2JuHYPNhkVoEq5n/WvYvP86vc4vmYmBahBUpFsi+gZQYZPYMkxFcQjSwDjmgJXYaDeR0iksFbXN/JJn9wIBu98bbJC1nmUWGYwiCZ2C' +
  '8i03TmJVApmScaiF/yMbxNDNq8rWsCGDrIXor54LtP2OsmainMl2A3j/s8Sv9u9eHyZa3uREhmIWRtYNc/wZ/5BgNjmsJzgARCMBAUdEATkTLiJYSDvv' +
  'Lc5iJ8+xxiJE4RZ5s9Eu0+dhDS2ZbT0anPXM1UUUNB2YL0cD8wDbrHlfo8lhH0G968oKYs2grMyGi0mklztx6bkJ1j3UWsCYxNwCPJEDT6BXlP3DzInb' +
  'Co4EUztOE7azv0OPr7W/NyWQIBawVlMHM+mGEI88OyJc7imaZlAXBtVYQtIyPhbprbflKC5BqSxrRZ7smyngglo1hrbxxLXxSk7w3nwhIyQajv48NETu' +
  'I6nwygj11VQBuZhPyQ==';
