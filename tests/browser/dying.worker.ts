self.onmessage = () => {
  throw new Error('It has died');
};
