namespace Together.Host.Configuration;

/// <summary>Values of a HOCON file as the host's IConfiguration: <c>a.b = [x]</c> is <c>a:b:0</c>.</summary>
public sealed class HoconConfigurationSource(HoconObject root) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(root);

    private sealed class Provider : ConfigurationProvider
    {
        public Provider(HoconObject root)
        {
            foreach (var (key, value) in root.Fields)
                Add(key, value);
        }

        private void Add(string path, HoconValue value)
        {
            switch (value)
            {
                case HoconObject { Fields: var fields }:
                    foreach (var (key, child) in fields)
                        Add(ConfigurationPath.Combine(path, key), child);
                    break;
                case HoconArray { Items: var items }:
                    foreach (var (index, item) in items.Index())
                        Add(ConfigurationPath.Combine(path, $"{index}"), item);
                    break;
                case HoconScalar scalar:
                    Set(path, scalar.Kind == HoconScalarKind.Null ? null : scalar.Text);
                    break;
            }
        }
    }
}
